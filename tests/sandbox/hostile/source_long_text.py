# hostile: one text of ten megabytes in one line
# policy: strict
# limits: cpu=6 wall=20 memory=512
# insert: LONG "x" 10000000
# expect: 10000000
# verdicts: OK CE MLE

print(len("LONG"))
