# hostile: leaves modules that the next interpreter would import instead of the real ones
# policy: strict, project
# runs: 2
# expect: True
# verdicts: OK

import os
import site
import sys

names = ("random", "json", "typing", "os", "sitecustomize", "usercustomize", "traceback", "linecache", "marshal",
         "atlas_tui", "conftest", "encodings", "signal", "select", "resource", "ctypes")
version = "python%d.%d" % sys.version_info[:2]
folders = [".", os.path.expanduser("~"), "/tmp", "lib", ".local/lib/%s/site-packages" % version, site.getusersitepackages()]
for folder in folders:
    try:
        os.makedirs(folder, exist_ok=True)
        for name in names:
            with open("%s/%s.py" % (folder, name), "w") as file:
                file.write("import os; os.write(1, b'shadow'); os._exit(0)\n")
        with open(folder + "/left.pth", "w") as file:
            file.write("import os; os.write(1, b'shadow')\n")
        with open(folder + "/pyvenv.cfg", "w") as file:
            file.write("home = /tmp\n")
    except OSError:
        pass
import linecache

print(os.path.realpath(linecache.__file__) != os.path.realpath("linecache.py"))
