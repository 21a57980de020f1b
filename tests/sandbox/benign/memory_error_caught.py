# benign: asks for more than there is, and takes less
# policy: strict
# expect: less
# verdicts: OK

try:
    block = bytearray(1 << 50)
except MemoryError:
    print("less")
