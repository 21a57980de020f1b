# hostile: never returns
# policy: strict
# limits: cpu=0.25 wall=4
# entry: f
# expect: 43
# verdicts: TLE


def f():
    while True:
        pass
