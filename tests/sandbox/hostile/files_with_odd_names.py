# hostile: leaves files whose names are options, commands, escapes and no text
# policy: strict, project
# verdicts: OK

import os

names = [b"-rf", b"--", b"*", b"$(touch x)", b";touch x;", b"\x1b]0;x\x07", b"a\nb", b"\xff\xfe", b" ", b"~", b"n" * 255]
for name in names:
    os.makedirs(name + b"/" + name)
    os.symlink(name, b"l" + name[:200])
os.symlink("loop", "loop")
