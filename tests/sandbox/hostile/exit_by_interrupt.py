# hostile: says that the person interrupted it
# policy: strict, project
# verdicts: RE

raise KeyboardInterrupt
