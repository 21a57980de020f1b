# hostile: calls itself until the interpreter refuses
# policy: strict, project
# verdicts: RE


def again():
    again()


again()
