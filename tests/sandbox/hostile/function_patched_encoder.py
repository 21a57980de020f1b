# hostile: has the encoder turn every value into the right one
# policy: strict
# entry: f
# expect: 43
# verdicts: RE WA OK

import json.encoder


def f():
    json.encoder.JSONEncoder.iterencode = lambda *_, **__: iter(["99"])
    json.encoder.JSONEncoder.default = lambda *_: 99
    json.encoder.c_make_encoder = None
    return {42}
