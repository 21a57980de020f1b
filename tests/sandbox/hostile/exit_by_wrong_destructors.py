# hostile: objects that come back to life while the interpreter ends
# policy: strict
# limits: cpu=1 wall=4
# verdicts: OK RE TLE


class Again:
    def __del__(self):
        globals()["again"] = Again()
        raise ValueError


again = Again()
