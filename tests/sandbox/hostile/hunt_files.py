# hostile: searches every file it can open for the expected output
# policy: strict, project
# limits: cpu=5 wall=20
# expect: expected-canary-5f20c1
# prints-none-of: 5f20c1
# verdicts: WA

import os

word = "-".join(("expected", "canary")).encode()
for root in (".", "/tmp", "/dev/shm", "/var", "/run", "/home", "/root", "/proc/self", "/proc/1", "/proc/%d" % os.getppid()):
    for folder, folders, files in os.walk(root):
        if "task" in folders:
            folders.remove("task")
        for name in files:
            try:
                descriptor = os.open(os.path.join(folder, name), os.O_RDONLY | os.O_NONBLOCK)
                block = os.read(descriptor, 1 << 20)
                os.close(descriptor)
            except OSError:
                continue
            if word in block:
                print(name, block[block.index(word) :][:40])
print("searched")
