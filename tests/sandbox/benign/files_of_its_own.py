# benign: makes, moves, links and removes files in its own folder
# policy: strict, project
# expect: x
# expect: ['d'] ['l']
# verdicts: OK

import os

os.mkdir("d")
with open("d/f", "w") as file:
    file.write("x")
os.rename("d/f", "d/g")
os.symlink("g", "d/l")
with open("d/l") as file:
    print(file.read())
os.unlink("d/g")
print(os.listdir("."), os.listdir("d"))
