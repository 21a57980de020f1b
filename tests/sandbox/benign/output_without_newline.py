# benign: flushes each piece and never ends the line
# policy: strict
# expect: 0 1 2
# verdicts: OK

for number in range(3):
    print(number, end=" ", flush=True)
