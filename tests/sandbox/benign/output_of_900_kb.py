# benign: prints almost as much as is allowed
# policy: strict, project
# expect: x
# expect-times: 900000
# verdicts: OK

import sys

sys.stdout.write("x" * 900_000 + "\n")
