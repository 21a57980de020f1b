# hostile: one letter under a hundred thousand marks
# policy: strict
# expect: b
# verdicts: WA

print("a" + "\u0301" * 100_000)
