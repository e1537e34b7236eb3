# ruff: noqa: T201
"""Prints a line for every packet that a network namespace sends on any link but loopback.

Runs in that namespace, until its standard input ends.
"""

import os
import socket
import sys
import threading

ALL_PROTOCOLS = 0x0003
LOOPBACK = "lo"


def capture() -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS)) as link:
        print("listening", flush=True)
        while True:
            data, (name, protocol, kind, *_) = link.recvfrom(65535)
            if name != LOOPBACK and kind == socket.PACKET_OUTGOING:
                print(f"{name} {protocol:#06x} {data[:64].hex()}", flush=True)


threading.Thread(target=capture, daemon=True).start()
sys.stdin.read()
os._exit(0)
