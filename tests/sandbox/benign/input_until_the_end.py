# benign: lines until there are no more
# policy: strict
# stdin: 1
# stdin: 2
# expect: 2
# verdicts: OK

count = 0
try:
    while True:
        input()
        count += 1
except EOFError:
    print(count)
