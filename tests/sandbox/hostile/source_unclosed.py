# hostile: a text that never ends
# policy: strict, project
# verdicts: CE

print("""
