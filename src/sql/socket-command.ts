/**
 * A command that joins its standard input and output to a server's Unix socket, as the user who may log in there (peer
 * authentication): nothing to do when the login is that user, `runuser` for root, `sudo -n` otherwise.
 * @param owner who the server should see; a user name
 * @param path of the socket
 */
export function socketCommand(owner: string, path: string): string {
  return `sh -c ${quote(script)} sh ${quote(owner)} ${quote(path)} ${quote(python)}`;
}

/** Without socat python3 does it; Patroni itself is Python. */
const script = `me=$(id -un)
if [ "$me" = "$1" ]; then as=
elif [ "$(id -u)" = 0 ]; then as="runuser -u $1 --"
else as="sudo -n -u $1 --"
fi
if command -v socat >/dev/null; then exec $as socat - "UNIX-CONNECT:$2"; fi
if command -v python3 >/dev/null; then exec $as python3 -c "$3" "$2"; fi
echo "neither socat nor python3 is installed" >&2
exit 69`;

const python = `import os, socket, sys, threading
s = socket.socket(socket.AF_UNIX)
try: s.connect(sys.argv[1])
except OSError as e: sys.exit(sys.argv[1] + ': ' + e.strerror)
def send():
    while True:
        b = os.read(0, 65536)
        if not b: break
        s.sendall(b)
    s.shutdown(socket.SHUT_WR)
threading.Thread(target=send, daemon=True).start()
while True:
    b = s.recv(65536)
    if not b: break
    while b: b = b[os.write(1, b):]`;

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
