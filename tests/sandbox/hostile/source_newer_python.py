# hostile: syntax that no Python has
# policy: strict
# verdicts: CE

print 42
