# hostile: counts how often it ran by what it changes in modules
# policy: strict, project
# runs: 4
# expect: 1 1 0
# verdicts: OK

import builtins
import json
import os
import sys

os.count = getattr(os, "count", 0) + 1
print(os.count, len(sys.argv), int(os.environ.get("COUNT", 0)))
os.environ["COUNT"] = "1"
sys.argv.append("count")
sys.path.insert(0, "count")
json.dumps = os.fork = os.waitpid = None
