# hostile: looks for keys and passwords where people keep them
# policy: strict, project
# stdin: {home}
# worked: none
# verdicts: OK

import glob
import json
import os

names = (".ssh/id_rsa", ".ssh/authorized_keys", ".aws/credentials", ".netrc", ".git-credentials", ".config/gh/hosts.yml",
         ".gnupg/private-keys-v1.d", ".mozilla", ".bash_history", ".bashrc", ".kube/config", ".docker/config.json")
homes = [input(), "/root", "/home", "/var/lib", "/Users", *glob.glob("/home/*")]
attempts = {}
for home in homes:
    for name in names:
        path = home + "/" + name
        attempts[path] = lambda path=path: os.listdir(path) if os.path.isdir(path) else open(path).read(1)
        attempts[path + " appended"] = lambda path=path: open(path, "a").close()
    attempts[home] = lambda home=home: os.listdir(home) if home != "/var/lib" else open(home + "/x", "w")
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
