# hostile: letters that look like others
# policy: strict
# expect: 42
# verdicts: OK

ﬁnd = 42
print(find)
