# hostile: replaces what it thinks its result is made and sent with
# policy: strict
# entry: f
# expect: 7
# verdicts: OK

import json
import os
import sys


def broken(*_, **__):
    raise RuntimeError


json.dumps = json.JSONEncoder.encode = json.encoder.encode_basestring_ascii = json.loads = broken
os.write = os._exit = os.close = broken
sys.stdout = sys.stderr = None
sys.exit = broken


def f():
    return 7
