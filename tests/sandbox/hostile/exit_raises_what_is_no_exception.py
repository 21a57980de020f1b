# hostile: an error beside all others
# policy: strict, project
# verdicts: RE


class Unknown(BaseException):
    pass


raise Unknown
