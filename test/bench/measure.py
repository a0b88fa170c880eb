"""Runs a command as a child: `measure.py STDIN-FILE COMMAND…` prints its CPU seconds (user + system, with the children
it waited for), its peak memory (KiB), its exit code, its wall seconds, and with MEASURE_TREE=1 the peak memory (KiB)
of its whole process tree: what pages are its own, and its share of those it shares (PSS), sampled every 30 ms."""

import os
import sys
import threading
import time

source, *argv = sys.argv[1:]
begin = time.monotonic()
child = os.fork()
if child == 0:
    os.setsid()
    os.dup2(os.open(source, os.O_RDONLY), 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execvp(argv[0], argv)


def shared_fairly(pid):
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        for line in rollup:
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def tree():
    """PSS of all processes of the child's session."""
    total = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as stat:
                session = int(stat.read().rpartition(")")[2].split()[3])
            if session == child:
                total += shared_fairly(pid)
        except OSError:
            pass  # It has ended meanwhile.
    return total


peak = 0
over = threading.Event()


def watch():
    global peak
    while not over.wait(0.03):
        peak = max(peak, tree())


watcher = threading.Thread(target=watch)
if os.environ.get("MEASURE_TREE"):
    watcher.start()
_, status, usage = os.wait4(child, 0)
wall = time.monotonic() - begin
over.set()
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status), wall, peak)
