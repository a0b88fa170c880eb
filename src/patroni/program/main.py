# Answers the questions of one request, in their order.


def answer_one(patroni, question):
    kind, timeout = question['ask'], question.get('timeout', 10)
    if kind == 'rest':
        if patroni.count == 0:
            return {'error': 'Patroni does not run', 'sent': False}
        return patroni.open(question.get('method', 'GET'), question['path'], question.get('body'), timeout)
    if kind == 'tag':
        return set_tag(patroni, question['set'])
    if kind == 'service':
        return restart_service(patroni, question['onlyReplica'], timeout)
    server = Server(patroni, question.get('dataDirectory'))
    if kind == 'sql':
        return server.sql(patroni, question['text'], timeout)
    if kind == 'unit':
        return describe_unit(server)
    return server.describe(patroni, question.get('programs', True))


def answer_all(questions):
    patroni, answers = Patroni(), []
    for question in questions:
        try:
            answers.append(answer_one(patroni, question))
        except Exception as error:
            answers.append({'error': '%s: %s' % (type(error).__name__, error)})
    print('%s %s' % (nonce, json.dumps({'patroni': patroni.describe(), 'answers': answers, 'now': time.time()})), flush=True)


if request.get('watch'):
    watch_writes(Patroni(), request['watch'], request.get('table'))
elif request.get('stay'):
    # Everything is looked at anew for each line of questions; the end of the input is the end.
    for line in iter(sys.stdin.buffer.readline, b''):
        answer_all(json.loads(line.decode()))
else:
    answer_all(request['questions'])
