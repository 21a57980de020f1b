# benign: has no use for fifty megabytes that it is given
# policy: strict
# stdin: 123456789
# stdin-times: 5000000
# limits: cpu=4 wall=20
# expect: done
# verdicts: OK

print("done")
