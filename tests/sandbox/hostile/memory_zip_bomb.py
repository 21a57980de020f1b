# hostile: a small packed text that is 384 MB unpacked
# policy: strict, project
# limits: cpu=6 wall=15 memory=256
# verdicts: MLE

import zlib

packer = zlib.compressobj(1)
packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(384)) + packer.flush()
text = zlib.decompress(packed)
print(len(text))
