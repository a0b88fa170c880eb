import type { DemoNode, DemoService } from '../node.ts';
import type { ProgramContext } from '../sh/shell.ts';
import { readOptions } from './options.ts';

/** `systemctl status|is-active|is-enabled|start|stop|restart|reload name…`. */
export async function systemctl(context: ProgramContext): Promise<number> {
  const { node, stdout, stderr } = context;
  const [action = 'list-units', ...names] = context.args.filter((arg) => !arg.startsWith('-'));
  const quiet = context.args.includes('-q') || context.args.includes('--quiet');
  if (action === 'list-units' || action === 'daemon-reload' || action === 'is-system-running') {
    const units = [...node.services.values()].map(
      (service) =>
        `${service.name}.service`.padEnd(20) +
        (service.active ? 'loaded active running ' : 'loaded inactive dead ') +
        service.description,
    );
    await stdout.write(
      action === 'list-units' ? `${units.join('\n')}\n` : action === 'daemon-reload' ? '' : 'running\n',
    );
    return 0;
  }
  let status = 0;
  for (const written of names) {
    const name = written.replace(/\.service$/, '');
    const service = findService(node, name);
    if (action === 'is-active' || action === 'is-enabled') {
      const word =
        action === 'is-active'
          ? service?.active === true
            ? 'active'
            : 'inactive'
          : service === undefined
            ? 'disabled'
            : 'enabled';
      if (!quiet) {
        await stdout.write(`${word}\n`);
      }
      status = word === 'active' || word === 'enabled' ? status : action === 'is-active' ? 3 : 1;
    } else if (service === undefined) {
      await stderr.write(
        action === 'status'
          ? `Unit ${name}.service could not be found.\n`
          : `Failed to ${action} ${name}.service: Unit ${name}.service not found.\n`,
      );
      status = action === 'status' ? 4 : 5;
    } else if (action === 'status') {
      await stdout.write(statusText(service));
      status = service.active ? status : 3;
    } else if (['start', 'stop', 'restart', 'reload', 'try-restart'].includes(action)) {
      await context.job.sleep(action === 'reload' ? 0 : 300);
      change(node, service, action);
    } else {
      await stderr.write(`Unknown operation ${action}.\n`);
      return 1;
    }
  }
  return status;
}

/** On Patroni's nodes there is no postgresql service of its own; `systemctl status postgresql` means Patroni's. */
function findService(node: DemoNode, name: string): DemoService | undefined {
  return node.services.get(/^postgresql(?:@.*)?$/.test(name) ? 'patroni' : name);
}

function change(node: DemoNode, service: DemoService, action: string): void {
  if (action === 'reload' || (action === 'start' && service.active)) {
    return;
  }
  service.active = action !== 'stop';
  service.startedAt = new Date();
  service.mainPid += 1000;
  if (service.name === 'patroni') {
    patroniChanged(node, action);
  }
}

/** What a stop or a start of Patroni does to its server and its cluster. */
function patroniChanged(node: DemoNode, action: string): void {
  const { cluster } = node;
  if (action !== 'stop') {
    restartServer(node);
    return;
  }
  if (cluster?.leader === node.name) {
    const next = cluster.members.find((member) => member.services.get('patroni')?.active === true);
    if (next !== undefined) {
      cluster.leader = next.name;
      cluster.timeline += 1;
    }
  }
}

/** The server begins to run what is installed. */
export function restartServer(node: DemoNode): void {
  const server = node.packages.find(({ name }) => name === 'postgresql-9.6');
  node.serverVersion = server?.installed.replace(/-.*$/, '') ?? node.serverVersion;
}

function statusText({ name, description, active, startedAt, mainPid }: DemoService): string {
  const since = `${startedAt.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const state = active ? `active (running) since ${since}` : `inactive (dead) since ${since}`;
  const pid = active ? ` Main PID: ${mainPid} (${name === 'ssh' ? 'sshd' : name})\n` : '';
  return `● ${name}.service - ${description}
   Loaded: loaded (/lib/systemd/system/${name}.service; enabled; vendor preset: enabled)
   Active: ${state}
${pid}`;
}

/** `journalctl -u name [-n lines]`. */
export async function journalctl({ args, node, stdout }: ProgramContext): Promise<number> {
  const { values } = readOptions(
    args.filter((arg) => !arg.startsWith('--')),
    'efqxr',
    'unS',
  );
  const service = findService(node, (values.get('u') ?? 'ssh').replace(/\.service$/, ''));
  if (service === undefined) {
    await stdout.write('-- No entries --\n');
    return 0;
  }
  const time = service.startedAt.toISOString().slice(0, 19).replace('T', ' ');
  const lines = [`${time} ${node.name} systemd[1]: Started ${service.description}.`];
  if (service.name === 'patroni' && node.cluster !== undefined) {
    const role =
      node.cluster.leader === node.name
        ? 'i am the leader with the lock'
        : `no action.  i am a secondary and i am following a leader`;
    lines.push(`${time} ${node.name} patroni[${service.mainPid}]: INFO: ${role}`);
  }
  await stdout.write(`${lines.slice(-Number(values.get('n') ?? '1000')).join('\n')}\n`);
  return 0;
}
