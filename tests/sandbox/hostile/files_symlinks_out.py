# hostile: links to a file of the host under every name that the host might read or write
# policy: strict, project
# stdin: {secret}
# verdicts: OK

import os

secret = input()
for number, name in enumerate(("main.py", "stdin", "stdout", "stderr", "result", "result.json", "report", "out.txt")):
    target = (secret, "/etc/passwd", os.path.dirname(secret))[number % 3]
    os.symlink(target, name)
    try:
        os.link(secret, name + ".hard")
    except OSError:
        continue
    raise SystemExit("a hard link to a file of the host")
