# hostile: a number of a hundred thousand digits
# policy: strict
# insert: DIGITS "9" 100000
# verdicts: CE OK WA

x = DIGITS
