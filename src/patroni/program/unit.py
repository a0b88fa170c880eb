# Tells what starts and stops this node's server, and who else might.
watcher_names = ('repmgrd', 'pg_autoctl', 'pacemakerd', 'corosync', 'stolon-keeper')


def words_printed(command):
    try:
        answer = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=10)
        return [line.split() for line in answer.stdout.decode('utf-8', 'replace').splitlines()]
    except (OSError, subprocess.TimeoutExpired):
        return []


def describe_unit(server):
    pid = server.pid()
    # Version, name, port, state, owner, data, log.
    clusters = [words for words in words_printed(['pg_lsclusters', '-h']) if len(words) > 6]
    own = next((words for words in clusters if words[5] == server.folder), None)
    programs = set(os.path.basename((words_of(one) or [''])[0]) for one in os.listdir('/proc') if one.isdigit())
    return {
        'unit': unit_of(pid) if pid else None,
        'log': own[6] if own else None,
        'addresses': [word for line in words_printed(['hostname', '-I']) for word in line],
        'watchers': sorted(programs.intersection(watcher_names)),
    }
