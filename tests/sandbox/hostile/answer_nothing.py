# hostile: reads nothing and prints nothing
# policy: strict, project
# stdin: 41
# expect: 42
# verdicts: WA

pass
