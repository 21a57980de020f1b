# hostile: leaves folders nested far deeper than any path can name
# policy: strict, project
# verdicts: OK RE

import os

for _ in range(2_000):
    os.mkdir("d" * 200)
    os.chdir("d" * 200)
open("file", "w").close()
