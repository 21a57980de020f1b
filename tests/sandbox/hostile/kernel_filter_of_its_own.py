# hostile: a filter of its own that lets everything through
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import struct

libc = ctypes.CDLL(None)
allow = ctypes.create_string_buffer(struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000))


class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


libc.prctl(22, ctypes.c_ulong(2), ctypes.byref(Filter(1, ctypes.addressof(allow))), 0, 0)
print("before", flush=True)
libc.unshare(0x10000000)
