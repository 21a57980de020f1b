# hostile: numbers that would take for ever to compare exactly
# policy: strict
# limits: cpu=4 wall=15
# expect: 1
# expect: 1
# expect: 1
# verdicts: WA

print("1e999999999999")
print("9" * 100_000)
print("sNaN")
