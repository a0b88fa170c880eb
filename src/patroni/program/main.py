# Answers the questions of one request, in their order.


def answer_one(patroni, question):
    kind, timeout = question['ask'], question.get('timeout', 10)
    if kind == 'rest':
        if patroni.count == 0:
            return {'error': 'Patroni does not run', 'sent': False}
        return patroni.open(question.get('method', 'GET'), question['path'], question.get('body'), timeout)
    if kind == 'tag':
        return set_tag(patroni, question['set'])
    server = Server(patroni, question.get('dataDirectory'))
    if kind == 'sql':
        return server.sql(patroni, question['text'], timeout)
    return server.describe(patroni)


def watch_primary(patroni, seconds):
    """
    Prints when this server begins and ends to take writes, and every second that it still looks. One session asks again
    and again: a leader that stops ends it at once, on a replica it lives through the promotion.
    """
    said, last, end = None, 0, time.monotonic() + seconds
    psql = None
    while time.monotonic() < end:
        try:
            if psql is None:
                psql = Server(patroni, None).start_psql(patroni, 5, stderr=subprocess.DEVNULL, bufsize=0)
            psql.stdin.write(b'select pg_is_in_recovery();\n')
            line = psql.stdout.readline().strip()
        except Exception:
            line = b''
        if line == b'' and psql is not None:
            psql.kill()
            psql.wait()
            psql = None
        now = time.monotonic()
        if (line == b'f') != said or now - last > 1:
            said, last = line == b'f', now
            print('%s %s' % (nonce, 'P' if said else '-'), flush=True)
        time.sleep(0.05 if psql is not None else 0.2)


def answer_all():
    patroni = Patroni()
    if request.get('watch'):
        return watch_primary(patroni, request['watch'])
    answers = []
    for question in request['questions']:
        try:
            answers.append(answer_one(patroni, question))
        except Exception as error:
            answers.append({'error': '%s: %s' % (type(error).__name__, error)})
    print('%s %s' % (nonce, json.dumps({'patroni': patroni.describe(), 'answers': answers, 'now': time.time()})), flush=True)


answer_all()
