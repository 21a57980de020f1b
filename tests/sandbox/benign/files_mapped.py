# benign: a file of its own as memory
# policy: strict
# expect: b'Abc' b'Abc'
# verdicts: OK

import mmap

with open("file", "wb+") as file:
    file.write(b"abc")
    file.flush()
    with mmap.mmap(file.fileno(), 0) as memory:
        memory[0:1] = b"A"
        print(memory[:], end=" ")
print(open("file", "rb").read())
