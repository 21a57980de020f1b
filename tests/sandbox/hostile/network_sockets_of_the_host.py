# hostile: connects to sockets of the host that have a path, also from unnamed sockets
# policy: strict, project
# stdin: {socket} {datagram}
# worked: none
# verdicts: OK

import json
import os
import socket

listener, mailbox = input().split()
paths = [listener, "/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket", "/run/systemd/private",
         "/tmp/.X11-unix/X0", "/run/user/1000/bus", "/run/user/1000/wayland-0", "/run/user/1000/gnupg/S.gpg-agent",
         "/run/nscd/socket", "/dev/log", "/run/containerd/containerd.sock", "/run/podman/podman.sock"]


def connected(path):
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(path)


def pair():
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0]


attempts = {path: lambda path=path: connected(path) for path in paths}
attempts["letter"] = lambda: pair().sendto(b"x", mailbox)
attempts["letter with a descriptor"] = lambda: socket.send_fds(pair(), [b"x"], [1], 0, mailbox)
attempts["letter in pieces"] = lambda: pair().sendmsg([b"x"], [], 0, mailbox)
attempts["connected letter"] = lambda: pair().connect(mailbox)
attempts["letter of its own"] = lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", mailbox)
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
