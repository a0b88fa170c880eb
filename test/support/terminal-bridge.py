"""Runs a program on a pseudo-terminal. Stdin: one JSON object a line, {"keys": text} or {"resize": [rows, columns]}."""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios


def resize(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
resize(terminal, 24, 100)
pending = b""
sources = [terminal, 0]
while True:
    ready, _, _ = select.select(sources, [], [])
    if terminal in ready:
        try:
            output = os.read(terminal, 65536)
        except OSError:  # the program has ended
            break
        if not output:
            break
        os.write(1, output)
    if 0 in ready:
        received = os.read(0, 65536)
        if not received:
            sources.remove(0)
        *lines, pending = (pending + received).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "keys" in message:
                keys = message["keys"].encode()
                while keys:
                    keys = keys[os.write(terminal, keys[:512]) :]
            else:
                resize(terminal, *message["resize"])
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
