# benign: standard input as file number 0
# policy: strict, project
# stdin: 1 2 3
# expect: 3
# verdicts: OK

print(len(open(0).read().split()))
