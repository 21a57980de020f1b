# hostile: reads and changes the project of the person
# policy: strict, project
# stdin: {project}
# worked: none
# verdicts: OK

import json
import os

root = input()
attempts = {
    "list": lambda: os.listdir(root),
    "read": lambda: open(root + "/pyproject.toml").read(),
    "tests": lambda: os.listdir(root + "/tests"),
    "repository": lambda: open(root + "/.git/config").read(),
    "hook": lambda: open(root + "/.git/hooks/pre-commit", "w").close(),
    "file": lambda: open(root + "/conftest.py", "w").close(),
}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
