# hostile: asks for its number by the gate of 32-bit programs, which a filter may forget
# policy: strict, project
# machine: x86_64
# prints: "before\n"
# verdicts: SV

import ctypes
import mmap

# mov eax, 20 (getpid there); int 0x80; ret
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
print("before", flush=True)
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
print("after")
