# benign: packs and unpacks in memory
# policy: strict
# expect: True True
# verdicts: OK

import gzip
import io
import zipfile

data = b"abc" * 1000
room = io.BytesIO()
with zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("x", data)
print(gzip.decompress(gzip.compress(data)) == data, zipfile.ZipFile(room).read("x") == data)
