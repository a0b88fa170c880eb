import { UserError } from '../errors.ts';
import type { Executor } from '../fanout/executor.ts';
import { askCommand } from '../fanout/ask-command.ts';
import type { Gate } from './gate.ts';
import { outcomeWords } from './outcome-words.ts';
import { lagLimit, patroniGateScript } from './patroni-gate.ts';

/** One question takes no longer than this; the gate's own time limit is for all of them. */
const questionMs = 30_000;

/** Any command: it passes when it ends with 0. `%h` is the node. */
export function commandGate(executor: Executor, command: string, name = command): Gate {
  return {
    name,
    async test(node, signal) {
      const { outcome, stdout, stderr } = await askCommand(
        executor,
        node,
        { command: command.replaceAll('%h', node), timeoutMs: questionMs },
        signal,
      );
      if (outcome.kind === 'finished' && outcome.code === 0) return undefined;
      const said = lastLine(stderr) ?? lastLine(stdout);
      return said === undefined ? outcomeWords(outcome) : `${outcomeWords(outcome)}: ${said}`;
    },
  };
}

/** A GET from this machine: it passes on 200 to 299. `%h` in the address is the node. */
export function httpGate(url: string): Gate {
  return {
    name: url,
    async test(node, signal) {
      try {
        const answer = await fetch(url.replaceAll('%h', node), {
          signal: AbortSignal.any([signal, AbortSignal.timeout(questionMs)]),
          redirect: 'manual',
        });
        await answer.body?.cancel();
        return answer.ok ? undefined : `answers ${answer.status}`;
      } catch (error) {
        const { message, cause } = error as Error;
        return cause instanceof Error ? cause.message : message;
      }
    },
  };
}

/**
 * The gates that are built in: `ssh`, `service:UNIT`, `postgresql[:PORT]`, `patroni[:LAG]`.
 * @throws UserError for another name
 */
export function readyGate(executor: Executor, text: string): Gate {
  const [name, ...rest] = text.split(':');
  const argument = rest.join(':');
  const gate = (command: string) => commandGate(executor, command, text);
  if (name === 'ssh' && argument === '') return gate('true');
  if (name === 'service' && /^[\w@.:\\-]+$/.test(argument)) {
    return gate(`systemctl is-active -- ${argument}`);
  }
  if (name === 'postgresql' && /^\d*$/.test(argument)) {
    return gate(postgresqlScript(argument === '' ? '' : ` -p ${argument}`));
  }
  if (name === 'patroni') return gate(patroniGateScript(lagLimit(argument)));
  throw new UserError(`--gate-ready ${JSON.stringify(text)}: no such gate`, {
    hint: 'There are ssh, service:UNIT, postgresql[:PORT] and patroni[:LAG], as in patroni:16MB.',
  });
}

/** pg_isready is where the server's package put it; Debian links it to the PATH. */
function postgresqlScript(options: string): string {
  return `PATH=$PATH:/usr/lib/postgresql/$(ls /usr/lib/postgresql 2>/dev/null | sort -n | tail -n 1)/bin:/usr/pgsql/bin; pg_isready -q${options} || { echo 'PostgreSQL does not accept connections' >&2; exit 1; }`;
}

function lastLine(text: string): string | undefined {
  return text.trimEnd().split('\n').at(-1)?.trim() || undefined;
}
