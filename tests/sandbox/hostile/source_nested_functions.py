# hostile: ten thousand functions in one another
# policy: strict
# insert: FUNCTIONS "lambda: " 10000
# verdicts: CE

print(FUNCTIONS 1)
