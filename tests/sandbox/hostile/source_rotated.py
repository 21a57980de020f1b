# hostile: says that it is written in an encoding that turns letters round
# policy: strict
# verdicts: CE RE OK
# expect: 42

# coding: rot13
cevag(42)
