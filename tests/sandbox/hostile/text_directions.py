# hostile: text that reads the other way round, and characters of no width
# policy: strict
# prints: "\u202etxt.exe\u202c\u2066a\u2069\u200b\u200d\ufeff\n"
# verdicts: OK

print("\u202etxt.exe\u202c\u2066a\u2069\u200b\u200d\ufeff")
