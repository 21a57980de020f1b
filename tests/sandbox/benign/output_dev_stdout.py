# benign: standard output as a path
# policy: strict, project
# expect: right
# verdicts: OK

with open("/dev/stdout", "w") as file:
    file.write("right\n")
