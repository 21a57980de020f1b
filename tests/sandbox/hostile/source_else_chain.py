# hostile: twenty thousand alternatives
# policy: strict
# limits: cpu=6 wall=20 memory=512
# insert: MORE "elif x == 1: pass\n" 20000
# verdicts: CE OK RE MLE

x = 0
if x == 2: pass
MORE
