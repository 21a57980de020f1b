# hostile: an error that clears the screen
# policy: strict
# verdicts: RE

raise ValueError("\x1b[2J\x1b]52;c;eA==\x07\u202e")
