# hostile: returns from what is no function
# policy: strict
# verdicts: CE

print(42)
return
