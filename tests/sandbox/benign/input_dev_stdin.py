# benign: standard input as a path
# policy: strict, project
# stdin: 1 2 3
# expect: 3 3
# verdicts: OK

with open("/dev/stdin") as file:
    count = len(file.read().split())
print(count, len("1 2 3".split()))
