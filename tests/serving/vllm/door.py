"""Hold a network namespace, and let others in: run as ``unshare --net python door.py SOCKET``.

Whoever connects to ``SOCKET`` and writes a port gets a socket that is connected to it inside of
the namespace; whoever writes ``dns`` gets the one at which the namespace's name server is asked.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys

_DNS_PORT = 53


def main(path: str) -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dns:
        dns.bind(("127.0.0.1", _DNS_PORT))
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(path)
            door.listen()
            while True:
                visitor, _ = door.accept()
                with visitor, contextlib.suppress(OSError):  # a visitor may be gone
                    let_in(visitor, dns)


def let_in(visitor: socket.socket, dns: socket.socket) -> None:
    """Answer with a socket, or with the number of the error."""
    wanted = visitor.recv(16).decode()
    if wanted == "dns":
        socket.send_fds(visitor, [b"0"], [dns.fileno()])
        return
    with socket.socket() as connection:
        error = connection.connect_ex(("127.0.0.1", int(wanted)))
        socket.send_fds(visitor, [str(error).encode()], [] if error else [connection.fileno()])


if __name__ == "__main__":
    main(sys.argv[1])
