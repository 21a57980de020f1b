# hostile: prints all by which it could know that it is watched, to behave in one run only
# policy: strict, project
# runs: 4
# verdicts: OK

import os
import platform
import sys

print(platform.node(), os.getuid(), os.getgid(), sys.argv[1:], sys.path[1:], os.listdir("."), os.isatty(0), os.isatty(1))
print(sorted(os.environ), sys.flags, sys.executable, sorted(os.sched_getaffinity(0)), __name__)
