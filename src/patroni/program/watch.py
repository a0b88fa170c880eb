# Says several times a second whether this node's server takes writes.
import select


class Asker:
    """One psql session that asks again and again: a leader that stops ends it, on a replica it lives through the promotion."""

    def __init__(self, patroni):
        self.patroni, self.psql = patroni, None

    def say(self, text):
        if self.psql is None:
            server = Server(self.patroni, None)
            self.psql = server.start_psql(self.patroni, 5, stderr=subprocess.DEVNULL, bufsize=0)
        self.psql.stdin.write(text.encode() + b'\n')

    def hear(self, while_waiting):
        """A line; empty when the session ended. `while_waiting` is called every half second that it takes longer."""
        while not select.select([self.psql.stdout], [], [], 0.5)[0]:
            while_waiting()
        return self.psql.stdout.readline().strip()

    def end(self):
        if self.psql is not None:
            self.psql.kill()
            self.psql.wait()
            self.psql = None


def watch_writes(patroni, seconds, table):
    """
    Prints when this server begins and ends to take writes, and every second that it still looks. With a table it is a
    write that tells, committed; one that waits longer than half a second is none.
    """
    state = {'said': None, 'last': 0}

    def tell(writable):
        now = time.monotonic()
        if writable != state['said'] or now - state['last'] > 1:
            state['said'], state['last'] = writable, now
            print('%s %s' % (nonce, 'P' if writable else '-'), flush=True)

    asker, end = Asker(patroni), time.monotonic() + seconds
    while time.monotonic() < end:
        writable = False
        try:
            asker.say('select pg_is_in_recovery();')
            writable = asker.hear(lambda: tell(False)) == b'f'
            if writable and table:
                asker.say("update %s set at = clock_timestamp() returning 'written';" % table)
                writable = asker.hear(lambda: tell(False)) == b'written'
        except Exception:
            pass
        if not writable and asker.psql is not None and asker.psql.poll() is not None:
            asker.end()
        tell(writable)
        time.sleep(0.2 if asker.psql is None else 0.1 if table else 0.05)
    asker.end()
