# hostile: the right answer and then ten megabytes
# policy: strict, project
# expect: 42
# verdicts: OLE WA

print(42)
for _ in range(1000):
    print("x" * 10_000)
