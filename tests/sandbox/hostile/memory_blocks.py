# hostile: takes a megabyte at a time up to 100 GB
# policy: strict, project
# verdicts: MLE

blocks = []
for _ in range(100_000):
    blocks.append(bytearray(b"x" * (1 << 20)))
