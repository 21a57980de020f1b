# hostile: tabs and spaces mixed so that nobody can tell
# policy: strict
# verdicts: CE

if True:
	a = 1
        b = 2
