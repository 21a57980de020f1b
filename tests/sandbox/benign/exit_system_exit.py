# benign: raises the end
# policy: strict
# expect: a
# verdicts: OK

print("a")
raise SystemExit
