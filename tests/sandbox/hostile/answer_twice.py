# hostile: prints every answer there may be
# policy: strict
# expect: 42
# verdicts: WA

for number in range(100):
    print(number)
