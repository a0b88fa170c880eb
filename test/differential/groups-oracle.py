"""Runs the nodeset command line of the installed ClusterShell on request, one JSON line in, one out.

Each request {"argv": [...], "cwd": "..."} runs in a fork of this process, so that nothing is imported
twice and no group is cached between requests.
"""

import io
import json
import os
import sys

from ClusterShell.CLI import Nodeset


def run(argv, write_end):
    sys.argv = ["nodeset", *argv]
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
    status = 0
    try:
        Nodeset.main()
    except SystemExit as leaving:
        status = leaving.code or 0
    answer = {"status": status, "stdout": sys.stdout.getvalue(), "stderr": sys.stderr.getvalue()}
    with os.fdopen(write_end, "w") as pipe:
        json.dump(answer, pipe)
    os._exit(0)


for line in sys.stdin:
    request = json.loads(line)
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        os.chdir(request["cwd"])
        run(request["argv"], write_end)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    print(text or '{"status": -1, "stdout": "", "stderr": "crashed"}', flush=True)
