# benign: uses 200 MB and gives it back
# policy: strict, project
# limits: cpu=20 wall=60 memory=512
# expect: 209715200
# verdicts: OK

block = bytearray(b"x" * (200 << 20))
size = len(block)
del block
print(size)
