# hostile: writes 2 GB into its own folder
# policy: strict
# limits: cpu=4 wall=15 memory=256
# verdicts: RE MLE OLE

block = b"x" * (1 << 20)
for number in range(40):
    with open("large%d" % number, "wb") as file:
        for _ in range(50):
            file.write(block)
