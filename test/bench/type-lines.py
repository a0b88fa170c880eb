"""Types lines into a program on a terminal: `type-lines.py PROMPT FILE COMMAND…` waits for the prompt, pastes the file,
and reads until the program ends, with whose exit code it ends."""

import os
import pty
import sys

prompt, file, *argv = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(argv[0], argv)
seen = b""
pasted = False
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:  # The other side is closed.
        break
    if not chunk:
        break
    if pasted:
        continue
    seen += chunk
    if prompt.encode() in seen:
        pasted = True
        with open(file, "rb") as lines:
            os.write(terminal, lines.read())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
