# hostile: leaves a tree that nobody may enter
# policy: strict, project
# verdicts: OK

import os

os.makedirs("a/b/c")
open("a/b/c/file", "w").close()
os.mkdir("a/b/none", 0)
for path in ("a/b/c/file", "a/b/c", "a/b", "a"):
    try:
        os.chmod(path, 0)
    except OSError:
        os.mkdir(path.replace("/", "-") + ".none", 0)
