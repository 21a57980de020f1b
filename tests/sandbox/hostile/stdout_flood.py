# hostile: prints without end
# policy: strict, project
# verdicts: OLE

import sys

while True:
    sys.stdout.write("x" * 65536)
