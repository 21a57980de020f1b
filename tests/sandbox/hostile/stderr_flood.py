# hostile: complains without end
# policy: strict, project
# limits: cpu=2 wall=10
# verdicts: OLE TLE

import sys

while True:
    sys.stderr.write("x" * 65536)
