# benign: ends by the function for the prompt
# policy: strict, project
# expect: a
# verdicts: OK

print("a")
exit()
