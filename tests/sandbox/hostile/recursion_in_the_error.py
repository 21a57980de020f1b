# hostile: an error whose text is an error whose text is an error
# policy: strict
# verdicts: RE


class Worse(Exception):
    def __str__(self):
        raise Worse

    __repr__ = __str__


raise Worse
