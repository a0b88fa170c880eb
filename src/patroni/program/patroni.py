# Finds this node's Patroni, reads its configuration, speaks to its REST API. Python 3.6 and newer.
# It starts for each request: what takes long to import (urllib with all it brings: 28 of 51 ms) is done without.
import binascii, glob, json, os, pwd, re, socket, stat, subprocess, sys, time


def words_of(pid):
    try:
        with open('/proc/%s/cmdline' % pid, 'rb') as file:
            return file.read().decode('utf-8', 'replace').split('\0')[:-1]
    except OSError:
        return []


def parent_of(pid):
    try:
        with open('/proc/%s/stat' % pid) as file:
            return file.read().rpartition(')')[2].split()[1]
    except OSError:
        return '0'


def is_patroni(words):
    if any(os.path.basename(word) == 'patroni' for word in words[:2]):
        return True
    return any(pair == ('-m', 'patroni') for pair in zip(words, words[1:]))


def patroni_processes():
    found = [pid for pid in os.listdir('/proc') if pid.isdigit() and is_patroni(words_of(pid))]
    # Patroni starts the server from a copy of itself, which is not another Patroni.
    return [pid for pid in found if parent_of(pid) not in found]


def config_path(pid):
    if pid is not None:
        given = [word for word in words_of(pid)[1:] if re.search(r'\.ya?ml$', word)]
        if not given:
            given = [word for word in words_of(pid)[2:] if word.startswith('/') and os.path.isdir(word)]
        if given:
            try:
                return os.path.join(os.readlink('/proc/%s/cwd' % pid), given[-1])
            except OSError:
                return given[-1]
        return None
    names = sorted(glob.glob('/etc/patroni/*.yml') + glob.glob('/etc/patroni/*.yaml'))
    names = [name for name in names if os.path.basename(name) != 'dcs.yml']
    return names[0] if names else None


def load_yaml(path, pid):
    try:
        import yaml

        with open(path) as file:
            # libyaml where it is, the same rules in Python where not.
            return yaml.load(file, getattr(yaml, 'CSafeLoader', yaml.SafeLoader)) or {}
    except ImportError:
        # Patroni in an environment of its own: its interpreter has a YAML reader.
        reader = 'import json,sys,yaml;print(json.dumps(yaml.safe_load(open(sys.argv[1])),default=str))'
        answer = subprocess.run(
            [words_of(pid)[0], '-c', reader, path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True
        )
        return json.loads(answer.stdout.decode()) or {}


def load_config(path, pid):
    config = {}
    files = sorted(glob.glob(path + '/*.y*ml')) if os.path.isdir(path) else [path]
    for name in files:
        config.update(load_yaml(name, pid))
    return config


def environment(pid):
    try:
        with open('/proc/%s/environ' % pid, 'rb') as file:
            pairs = file.read().decode('utf-8', 'replace').split('\0')
    except OSError:
        return {}
    return dict(pair.split('=', 1) for pair in pairs if pair.startswith('PATRONI_') and '=' in pair)


class Patroni:
    """Configuration and address of this node's Patroni. Passwords stay in here."""

    def __init__(self):
        pids = patroni_processes()
        self.count = len(pids)
        self.pid = pids[0] if pids else None
        self.config, self.env, self.problem = {}, {}, None
        self.path = config_path(self.pid)
        if self.pid is not None:
            self.env = environment(self.pid)
        if self.path is not None:
            try:
                self.config = load_config(self.path, self.pid)
            except PermissionError:
                self.problem = 'no right to read %s: log in as root, or give sudo -n' % self.path
            except Exception as error:
                self.problem = 'cannot read %s: %s' % (self.path, str(error).splitlines()[0])

    def value(self, section, key):
        name = 'PATRONI_%s_%s' % (section, key)
        return self.env.get(name.upper(), (self.config.get(section) or {}).get(key))

    def top(self, key):
        return self.env.get('PATRONI_' + key.upper(), self.config.get(key))

    def login(self):
        login = (self.config.get('restapi') or {}).get('authentication') or {}
        user = self.env.get('PATRONI_RESTAPI_USERNAME', login.get('username'))
        password = self.env.get('PATRONI_RESTAPI_PASSWORD', login.get('password'))
        return None if user is None else '%s:%s' % (user, password or '')

    def addresses(self):
        connect, listen = self.value('restapi', 'connect_address'), self.value('restapi', 'listen')
        found = [str(connect)] if connect else []
        if listen:
            host, _, port = str(listen).partition(',')[0].rpartition(':')
            found.append(('127.0.0.1' if host in ('', '*', '0.0.0.0', '[::]', '::') else host) + ':' + port)
        return list(dict.fromkeys(found)) or ['127.0.0.1:8008']

    def tls(self):
        """How to wrap a connection; None: the API speaks plain HTTP."""
        certificate = self.value('restapi', 'certfile')
        if not certificate:
            return None
        import ssl

        # The node asks itself: its certificate is for a name others use.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        own = self.value('ctl', 'certfile') or (certificate if self.value('restapi', 'verify_client') else None)
        if own:
            key = self.value('ctl', 'keyfile') if self.value('ctl', 'certfile') else self.value('restapi', 'keyfile')
            context.load_cert_chain(own, key or None)
        return context

    def open(self, method, path, body, timeout):
        lines = []
        if method not in ('GET', 'OPTIONS'):
            lines.append('Content-Type: application/json')
            if self.login() is not None:
                login = binascii.b2a_base64(self.login().encode(), newline=False)
                lines.append('Authorization: Basic ' + login.decode())
        problem, tls = None, self.tls()
        for address in self.addresses():
            try:
                return exchange(address, tls, timeout, method + ' ' + path, lines, (body or '').encode())
            except Exception as error:
                problem = {'error': '%s: %s' % (address, error), 'sent': not isinstance(error, ConnectionRefusedError)}
                if problem['sent']:
                    return problem
        return problem

    def describe(self):
        folder, version = patroni_package(self.pid)
        return {
            'processes': self.count,
            'config': self.path,
            'problem': self.problem,
            'scope': self.top('scope'),
            'name': self.top('name'),
            'tags': self.config.get('tags') or {},
            'dataDirectory': self.value('postgresql', 'data_dir'),
            'binDirectory': self.value('postgresql', 'bin_dir'),
            'installed': version,
            'installedAt': installed_at(folder),
            'startedAt': started_at(self.pid),
            'unit': unit_of(self.pid),
        }


def exchange(address, tls, timeout, request, lines, body):
    """One request of HTTP/1.0 (RFC 1945), whose answer ends where the connection does."""
    host, _, port = address.rpartition(':')
    host = host.strip('[]')
    deadline = time.monotonic() + timeout
    connection = socket.create_connection((host, int(port)), timeout)
    try:
        if tls is not None:
            connection = tls.wrap_socket(connection, server_hostname=host)
        head = [request + ' HTTP/1.0', 'Host: ' + address, 'Content-Length: %d' % len(body)] + lines
        connection.sendall('\r\n'.join(head + ['', '']).encode() + body)
        answer = b''
        while True:
            connection.settimeout(max(0.001, deadline - time.monotonic()))
            piece = connection.recv(65536)
            if not piece:
                break
            answer += piece
    finally:
        connection.close()
    head, end, text = answer.partition(b'\r\n\r\n')
    status = re.match(br'HTTP/1\.\d (\d{3})\b', head)
    length = re.search(br'(?im)^content-length: *(\d+)', head)
    if status is None or not end or (length and len(text) < int(length.group(1))):
        raise ValueError('the answer is cut short')
    return {'status': int(status.group(1)), 'text': text.decode('utf-8', 'replace')}


def patroni_package(pid):
    """The folder or file that says which Patroni is installed, and its version."""
    program = next((word for word in words_of(pid) if os.path.basename(word) == 'patroni'), '') if pid else ''
    prefix = os.path.dirname(os.path.dirname(program)) or '/usr'
    for pattern in ('/lib/python3*/site-packages', '/lib/python3*/dist-packages', '/local/lib/python3*/dist-packages'):
        for info in glob.glob(prefix + pattern + '/patroni-*-info'):
            match = re.match(r'patroni-([^-]+?)(?:-py[\d.]+)?\.(?:dist|egg)-info$', os.path.basename(info))
            if match:
                return info, match.group(1)
    return None, None


def installed_at(folder):
    """Seconds since 1970 at which the package was put there: not the date it carries along."""
    return os.stat(folder).st_ctime if folder else None


def started_at(pid):
    try:
        with open('/proc/%s/stat' % pid) as file:
            ticks = int(file.read().rpartition(')')[2].split()[19])
        with open('/proc/uptime') as file:
            uptime = float(file.read().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return time.time() - uptime + float(ticks) / os.sysconf('SC_CLK_TCK')


def unit_of(pid):
    """The service of the system's systemd that Patroni is; None in a container, under runit, of a user's systemd."""
    try:
        with open('/proc/%s/cgroup' % pid) as file:
            found = re.findall(r'^\d+:(?:name=systemd)?:.*?/([^/\n]+\.service)$', file.read(), re.M)
    except OSError:
        return None
    return found[-1] if found and not found[-1].startswith('user@') else None


def restart_service(patroni, only_replica, timeout):
    """Hands the restart to systemd and does not wait for it: it goes on whatever becomes of this session."""
    unit = unit_of(patroni.pid)
    if unit is None:
        return {'error': 'Patroni is no service of systemd here', 'sent': False}
    if only_replica:
        status = patroni.open('OPTIONS', '/primary', None, timeout).get('status')
        if status != 503:
            return {'error': 'it leads now' if status == 200 else 'Patroni does not say that it is a replica', 'sent': False}
    for words in (['daemon-reload'], ['--no-block', 'restart', unit]):
        done = subprocess.run(['systemctl'] + words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            said = done.stdout.decode('utf-8', 'replace').strip() or 'exit code %d' % done.returncode
            return {'error': 'systemctl %s: %s' % (' '.join(words), said), 'sent': False}
    return {'text': unit}
