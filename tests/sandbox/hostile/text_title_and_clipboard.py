# hostile: sets the title of the terminal, its clipboard and a false link
# policy: strict, project
# prints: "\u001b]0;title\u0007\u001b]52;c;eA==\u0007\u001b]8;;http://a\u001b\\b\u001b]8;;\u001b\\\n"
# verdicts: OK

print("\x1b]0;title\x07\x1b]52;c;eA==\x07\x1b]8;;http://a\x1b\\b\x1b]8;;\x1b\\")
