# hostile: takes memory and goes on whenever there is none
# policy: strict
# limits: cpu=2 wall=10 memory=128
# verdicts: MLE TLE

blocks = []
while True:
    try:
        blocks.append(b"x" * (8 << 20) + bytes([len(blocks) % 256]))
    except MemoryError:
        pass
