# hostile: memory that is shared with nobody, which the limit of data does not count
# policy: strict, project
# verdicts: MLE

import mmap

room = mmap.mmap(-1, 2 << 30)
for place in range(0, 2 << 30, 4096):
    room[place] = 1
