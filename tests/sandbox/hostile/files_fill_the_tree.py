# hostile: writes 16 GB wherever it may
# policy: project
# limits: cpu=8 wall=30 memory=256
# verdicts: RE MLE OLE

block = b"x" * (1 << 20)
for number in range(320):
    with open("large%d" % number, "wb") as file:
        for _ in range(50):
            file.write(block)
