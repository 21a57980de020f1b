# hostile: leaves modules where the interpreters of the host would import them
# policy: strict, project
# stdin: {python}
# worked: none
# verdicts: OK

import json
import os
import site
import sys

places = {os.path.dirname(os.__file__), os.path.dirname(json.__file__), os.path.dirname(sys.executable), sys.prefix,
          os.path.dirname(input()), *site.getsitepackages()}
attempts = {}
for place in places:
    for name in ("left.pth", "sitecustomize.py", "__pycache__/json.cpython-311.pyc"):
        path = place + "/" + name
        attempts[path] = lambda path=path: open(path, "w").close()
attempts["the module itself"] = lambda: open(json.__file__, "a").close()
attempts["the interpreter itself"] = lambda: open(sys.executable, "ab").close()
attempts["its mode"] = lambda: os.chmod(json.__file__, 0o666)
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
