# hostile: a comment that on a screen reads as code
# policy: strict
# insert: RLO "\u202e" 1
# expect: 42
# verdicts: OK

print(42)  # RLO )0(tixe
