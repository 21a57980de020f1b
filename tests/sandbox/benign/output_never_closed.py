# benign: opens its output anew and never closes it
# policy: strict, project
# expect: right
# verdicts: OK

out = open(1, "w", closefd=False)
out.write("right\n")
