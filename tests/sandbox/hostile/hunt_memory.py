# hostile: searches all its memory for the expected output
# policy: strict, project
# limits: cpu=6 wall=20
# expect: expected-canary-5f20c1
# prints-none-of: 5f20c1
# verdicts: WA

import ctypes

word = "-".join(("expected", "canary")).encode()
for line in open("/proc/self/maps"):
    place, rights, *rest = line.split()
    if rights.startswith("rw") and "[v" not in line:
        start, end = (int(side, 16) for side in place.split("-"))
        if end - start > 64 << 20:
            continue
        block = ctypes.string_at(start, end - start)
        at = block.find(word)
        while at >= 0:
            print(block[at : at + 22])
            at = block.find(word, at + 1)
