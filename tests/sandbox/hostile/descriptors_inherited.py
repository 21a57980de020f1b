# hostile: looks for open files, folders and sockets that it was not given
# policy: strict, project
# worked: none
# verdicts: OK

import json
import os
import stat

kinds = {stat.S_IFDIR: "folder", stat.S_IFSOCK: "socket", stat.S_IFREG: "file", stat.S_IFCHR: "device", stat.S_IFBLK: "disk"}
found = []
for descriptor in range(3, 4096):
    try:
        kind = stat.S_IFMT(os.fstat(descriptor).st_mode)
    except OSError:
        continue
    if kind != stat.S_IFIFO:  # the result of a function goes through a pipe
        found.append("%d: %s" % (descriptor, kinds.get(kind, "other")))
print(json.dumps(found))
