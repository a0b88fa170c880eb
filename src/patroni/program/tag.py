# Sets and takes back the tag noloadbalance in Patroni's configuration; the rest of the file stays as it is.
kept_folder = '/var/lib/muster/patroni'


def write_over(path, text, like):
    new = path + '.muster-new'
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w') as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chown(new, like.st_uid, like.st_gid)
    os.chmod(new, stat.S_IMODE(like.st_mode))
    os.rename(new, path)


def with_tag(text):
    line = 'noloadbalance: true  # muster'
    match = re.search(r'^tags:[ \t]*(#.*)?\n((?:[ \t]+.*\n|[ \t]*\n|#.*\n)*)', text, re.M)
    if match is None:
        if re.search(r'^tags:[ \t]*\S', text, re.M):
            raise ValueError('tags are written on one line')
        return text.rstrip('\n') + '\ntags:\n  %s\n' % line
    body = match.group(2)
    indent = re.search(r'^([ \t]+)\S', body, re.M)
    space = indent.group(1) if indent else '  '
    body = re.sub(r'^[ \t]+noloadbalance:.*\n', '', body, flags=re.M)
    return text[: match.start(2)] + '%s%s\n' % (space, line) + body + text[match.end(2):]


def set_tag(patroni, wanted):
    path = patroni.path
    if path is None or os.path.isdir(path):
        return {'error': 'Patroni is not configured by one file'}
    kept = kept_folder + '/' + path.strip('/').replace('/', '-')
    try:
        with open(path) as file:
            now = file.read()
        like = os.stat(path)
        if wanted:
            if os.path.exists(kept):
                return {'text': 'set before'}
            os.makedirs(kept_folder, 0o700, exist_ok=True)
            changed = with_tag(now)
            write_over(kept, now, like)
            write_over(path, changed, like)
        else:
            if not os.path.exists(kept):
                return {'text': 'not set'}
            with open(kept) as file:
                before = file.read()
            if now not in (with_tag(before), before):
                return {'error': '%s was changed meanwhile; the file before is %s' % (path, kept)}
            write_over(path, before, like)
    except (OSError, ValueError) as error:
        return {'error': '%s: %s' % (path, error)}
    answer = patroni.open('POST', '/reload', '', 30)
    if answer.get('status') not in (200, 202):
        return {'error': 'reload: %s' % (answer.get('text') or answer.get('error'))}
    if not wanted:
        os.remove(kept)
    return {'text': 'set' if wanted else 'taken back'}
