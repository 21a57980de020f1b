# benign: a program that has nothing to do
# policy: strict, project
# expect:
# verdicts: OK

# nothing to do
