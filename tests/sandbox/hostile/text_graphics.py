# hostile: graphics, questions and commands for terminals
# policy: strict
# prints: "\u001b_Gf=24;AAAA\u001b\\\u001bPq#0;2;0;0;0\u001b\\\u001bP$qm\u001b\\\u001b]1337;File=:AA\u0007\u001b[2J\u001b[?1049h\u001b[6n\n"
# verdicts: OK

print("\x1b_Gf=24;AAAA\x1b\\\x1bPq#0;2;0;0;0\x1b\\\x1bP$qm\x1b\\\x1b]1337;File=:AA\x07\x1b[2J\x1b[?1049h\x1b[6n")
