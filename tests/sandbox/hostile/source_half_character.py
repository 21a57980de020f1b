# hostile: half a character, which no encoding can hold
# policy: strict, project
# insert: HALF "\ud800" 1
# verdicts: CE

print("HALF")
