# hostile: puts its own pipe in the place of every descriptor there may be
# policy: strict, project
# verdicts: OK RE

import os

reading, writing = os.pipe()
for descriptor in range(256):
    if descriptor not in (reading, writing):
        try:
            os.dup2(writing, descriptor)
        except OSError:
            pass
