# Finds this node's PostgreSQL server and asks it by psql, as the user it runs as.


def data_directories():
    found = []
    for pid in os.listdir('/proc'):
        if not pid.isdigit():
            continue
        words = words_of(pid)
        if not words or os.path.basename(words[0]) not in ('postgres', 'postmaster') or '-D' not in words:
            continue
        folder = words[words.index('-D') + 1]
        if os.path.isabs(folder) and folder not in found:
            found.append(folder)
    return found


class Server:
    """One data directory, whether its server runs or not."""

    def __init__(self, patroni, wanted):
        self.problem, self.lines = None, []
        self.folder = wanted or patroni.value('postgresql', 'data_dir')
        if self.folder is None:
            found = data_directories()
            if len(found) > 1:
                self.problem = 'several servers: ' + ', '.join(sorted(found))
            self.folder = found[0] if len(found) == 1 else None
        if self.folder is None:
            self.problem = self.problem or 'no server runs here'
            return
        try:
            self.owner = pwd.getpwuid(os.stat(self.folder).st_uid)
            with open(self.folder + '/postmaster.pid') as file:
                self.lines = file.read().splitlines()
        except FileNotFoundError:
            self.problem = 'the server does not run'
        except (OSError, KeyError) as error:
            self.problem = 'cannot look into %s: %s' % (self.folder, error)

    def pid(self):
        pid = self.lines[0] if self.lines else None
        return pid if pid and os.path.basename((words_of(pid) or [''])[0]) in ('postgres', 'postmaster') else None

    def psql(self, patroni):
        for folder in (patroni.value('postgresql', 'bin_dir'), '/usr/bin', '/usr/local/bin'):
            if folder and os.access(folder + '/psql', os.X_OK):
                return folder + '/psql'
        found = sorted(glob.glob('/usr/lib/postgresql/*/bin/psql') + glob.glob('/usr/pgsql-*/bin/psql'))
        return found[-1] if found else 'psql'

    def start_psql(self, patroni, timeout, **pipes):
        port = self.lines[3] if len(self.lines) > 3 else '5432'
        host = self.lines[4].split(',')[0] if len(self.lines) > 4 and self.lines[4] else 'localhost'
        options = '-c statement_timeout=%d -c lock_timeout=3000 -c client_min_messages=error' % int(timeout * 1000)
        command = ['env', 'PGAPPNAME=muster', 'PGCONNECT_TIMEOUT=5', 'PGOPTIONS=' + options]
        command += [self.psql(patroni), '-XAtqw', '-v', 'ON_ERROR_STOP=1', '-h', host, '-p', port, '-d', 'postgres', '-f', '-']
        owner = self.owner
        become = None
        if os.geteuid() == 0:

            def become():
                os.initgroups(owner.pw_name, owner.pw_gid)
                os.setgid(owner.pw_gid)
                os.setuid(owner.pw_uid)

        elif os.geteuid() != owner.pw_uid:
            command = ['sudo', '-n', '-u', owner.pw_name] + command
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=become, cwd='/', **pipes
        )

    def sql(self, patroni, text, timeout):
        if self.problem is not None:
            return {'error': self.problem}
        try:
            psql = self.start_psql(patroni, timeout, stderr=subprocess.PIPE)
            out, err = psql.communicate(text.encode(), timeout + 10)
        except subprocess.TimeoutExpired:
            psql.kill()
            return {'error': 'no answer in %d s' % (timeout + 10)}
        except OSError as error:
            return {'error': 'cannot run psql: %s' % error}
        if psql.returncode != 0:
            return {'error': (err.decode('utf-8', 'replace').strip() or 'psql ended with %d' % psql.returncode)}
        return {'text': out.decode('utf-8', 'replace').rstrip('\n')}

    def describe(self, patroni, programs=True):
        pid = self.pid()
        exe = None
        try:
            exe = os.readlink('/proc/%s/exe' % pid) if pid else None
        except OSError:
            pass
        folder = patroni.value('postgresql', 'bin_dir') or (os.path.dirname(exe.replace(' (deleted)', '')) if exe else None)
        installed = None
        if folder and programs:
            try:
                answer = subprocess.run([folder + '/postgres', '-V'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=10)
                match = re.search(r'(\d+(?:\.\d+)+)', answer.stdout.decode())
                installed = match.group(1) if match else None
            except (OSError, subprocess.TimeoutExpired):
                pass
        return {
            'problem': self.problem,
            'dataDirectory': self.folder,
            'pid': int(pid) if pid else None,
            'replaced': exe.endswith(' (deleted)') if exe else None,
            'installed': installed,
        }
