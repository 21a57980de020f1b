# hostile: the right answer and then a crash of the interpreter
# policy: strict, project
# expect: 42
# verdicts: RE

import ctypes

print(42, flush=True)
ctypes.string_at(0)
