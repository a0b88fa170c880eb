"""Answers questions about node sets with the real ClusterShell: one JSON document a line, in and out.

{"do": "fold" | "expand" | "count", "text": EXPRESSION, "autostep": N or null, "axis": [N] or null}
-> {"ok": TEXT or [NAME] or N}  or  {"error": MESSAGE}
"""
import json
import sys

from ClusterShell.NodeSet import NodeSet, RESOLVER_NOGROUP


def answer(question):
    nodes = NodeSet(question["text"], resolver=RESOLVER_NOGROUP, autostep=question.get("autostep"))
    if question.get("axis") is not None:
        nodes.fold_axis = question["axis"]
    if question["do"] == "expand":
        return list(nodes)
    if question["do"] == "count":
        return len(nodes)
    return str(nodes)


for line in sys.stdin:
    try:
        reply = {"ok": answer(json.loads(line))}
    except Exception as error:  # whatever it is, it is the answer
        reply = {"error": "%s: %s" % (type(error).__name__, error)}
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()
