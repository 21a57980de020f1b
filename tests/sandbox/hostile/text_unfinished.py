# hostile: a command to the terminal that the next output would complete
# policy: strict
# prints: "a\u001b]0;"
# verdicts: OK

print("a\x1b]0;", end="")
