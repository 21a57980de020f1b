# hostile: a hundred thousand parentheses
# policy: strict, project
# insert: OPEN "(" 100000
# verdicts: CE

OPEN
