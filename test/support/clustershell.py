"""Answers questions about node sets with the real ClusterShell: one JSON document a line, in and out.

{"text": EXPRESSION, "questions": [{"do": "fold" | "expand" | "count", "autostep": N or absent, "axis": [N] or absent}]}
-> {"ok": [TEXT or [NAME] or N, one a question]}  or  {"error": MESSAGE}
"""
import json
import sys

from ClusterShell.NodeSet import NodeSet, RESOLVER_NOGROUP


def answer(nodes, question):
    nodes.autostep = question.get("autostep")
    nodes.fold_axis = question.get("axis")
    if question["do"] == "expand":
        return list(nodes)
    if question["do"] == "count":
        return len(nodes)
    return str(nodes)


for line in sys.stdin:
    try:
        asked = json.loads(line)
        nodes = NodeSet(asked["text"], resolver=RESOLVER_NOGROUP)
        reply = {"ok": [answer(nodes, question) for question in asked["questions"]]}
    except Exception as error:  # whatever it is, it is the answer
        reply = {"error": "%s: %s" % (type(error).__name__, error)}
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()
