# benign: hooks at the end, the last one first
# policy: strict, project
# expect: body
# expect: two
# expect: one
# verdicts: OK

import atexit

atexit.register(print, "one")
atexit.register(print, "two")
print("body")
