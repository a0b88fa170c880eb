"""Runs a command as a child: `measure.py STDIN-FILE COMMAND…` prints its CPU seconds (user + system) and peak memory (KiB)."""

import os
import sys

source, *argv = sys.argv[1:]
child = os.fork()
if child == 0:
    os.dup2(os.open(source, os.O_RDONLY), 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execvp(argv[0], argv)
_, status, usage = os.wait4(child, 0)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
