# hostile: opens the memory, the disks and the log of the machine
# policy: strict, project
# worked: none
# verdicts: OK

import json
import os

paths = ("/dev/mem", "/dev/kmem", "/dev/port", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/nvme0n1", "/dev/dm-0", "/dev/loop0",
         "/dev/fuse", "/dev/kvm", "/dev/net/tun", "/dev/vsock", "/dev/uinput", "/dev/input", "/dev/snd", "/dev/dri",
         "/dev/nvidia0", "/dev/video0", "/dev/hpet", "/dev/rtc0", "/proc/kcore", "/proc/kmsg", "/proc/kpageflags")
attempts = {path: lambda path=path: os.open(path, os.O_RDONLY) for path in paths}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
