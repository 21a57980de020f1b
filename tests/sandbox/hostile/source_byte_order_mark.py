# hostile: a byte order mark before the program
# policy: strict
# insert: MARK "\ufeff" 1
# verdicts: OK CE
# expect: 42

MARKprint(42)
