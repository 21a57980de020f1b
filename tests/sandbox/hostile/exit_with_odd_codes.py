# hostile: ends with codes that are none
# policy: strict
# verdicts: RE


class Code:
    def __str__(self):
        raise SystemExit(0)


raise SystemExit(Code())
