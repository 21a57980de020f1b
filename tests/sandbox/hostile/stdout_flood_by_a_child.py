# hostile: a child that prints without end while its parent waits
# policy: strict, project
# verdicts strict: RE
# verdicts project: OLE

import subprocess

subprocess.run(["/usr/bin/yes"])
