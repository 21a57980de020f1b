# benign: temporary files and folders
# policy: strict, project
# expect: abc True 1
# verdicts: OK

import os
import tempfile

with tempfile.TemporaryFile("w+") as file:
    file.write("abc")
    file.seek(0)
    text = file.read()
with tempfile.NamedTemporaryFile() as named, tempfile.TemporaryDirectory() as folder:
    open(folder + "/x", "w").close()
    print(text, os.path.exists(named.name), len(os.listdir(folder)))
