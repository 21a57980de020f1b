# benign: as many lines as the first one says
# policy: strict, project
# stdin: 3
# stdin: 1 2
# stdin: 3 4
# stdin: 5 6
# expect: 3
# expect: 7
# expect: 11
# verdicts: OK

n = int(input())
for _ in range(n):
    print(sum(map(int, input().split())))
