# benign: catches its own output
# policy: strict
# expect: 4
# verdicts: OK

import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()) as caught:
    print("abc")
print(len(caught.getvalue()))
