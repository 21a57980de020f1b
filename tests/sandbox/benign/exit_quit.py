# benign: ends with a code that says all is well
# policy: strict
# expect: a
# verdicts: OK

print("a")
quit(0)
