# hostile: one line of ten megabytes
# policy: strict, project
# verdicts: OLE

print("x" * 10_000_000)
