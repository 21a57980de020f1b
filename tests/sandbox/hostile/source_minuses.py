# hostile: a million minus signs
# policy: strict, project
# limits: cpu=6 wall=20 memory=512
# insert: MINUSES "-" 1000000
# verdicts: CE

print(MINUSES1)
