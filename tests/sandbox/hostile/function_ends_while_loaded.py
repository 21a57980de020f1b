# hostile: ends with zero before anything is called
# policy: strict
# entry: f
# expect: 43
# verdicts: RE

raise SystemExit
