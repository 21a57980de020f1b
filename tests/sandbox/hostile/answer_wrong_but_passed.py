# hostile: says in the words of test runners that it passed
# policy: strict, project
# expect: 42
# verdicts: WA

print("PASS")
print("1 passed in 0.01s")
print('{"verdict": "OK"}')
