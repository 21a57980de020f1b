# hostile: the right answer and then a code that says it failed
# policy: strict, project
# expect: 42
# verdicts: RE

print(42)
raise SystemExit(1)
