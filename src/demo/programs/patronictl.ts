import type { DemoCluster } from '../node.ts';
import type { ProgramContext } from '../sh/shell.ts';

/** `patronictl list`, `patronictl switchover --candidate node2 --force`; other options are accepted and mean nothing. */
export async function patronictl(context: ProgramContext): Promise<number> {
  const { node, stdout, stderr, args } = context;
  const cluster = node.cluster!; // the program is on the members only
  const words = [...args];
  if (words[0] === '-c') {
    words.splice(0, 2);
  }
  const [action, ...rest] = words;
  if (action === 'list') {
    await stdout.write(memberTable(cluster));
    return 0;
  }
  if (action !== 'switchover') {
    await stderr.write(
      `Usage: patronictl [OPTIONS] COMMAND [ARGS]...\n\nError: No such command "${action ?? ''}".\n`,
    );
    return 2;
  }
  const at = rest.indexOf('--candidate');
  const candidate =
    at === -1
      ? cluster.members.find((member) => member.name !== cluster.leader)
      : cluster.members.find((member) => member.name === rest[at + 1] && member.name !== cluster.leader);
  if (candidate?.services.get('patroni')?.active !== true || !rest.includes('--force')) {
    await stderr.write(
      rest.includes('--force') ? 'Error: Member is not a member of cluster or is the leader\n' : 'Aborted!\n',
    );
    return 1;
  }
  await context.job.sleep(800);
  cluster.leader = candidate.name;
  cluster.timeline += 1;
  await stdout.write(`Successfully switched over to "${candidate.name}"\n${memberTable(cluster)}`);
  return 0;
}

/** As Patroni 1.5 prints it. */
function memberTable(cluster: DemoCluster): string {
  const header = ['Cluster', 'Member', 'Host', 'Role', 'State', 'TL', 'Lag in MB'];
  const rows = cluster.members.map((member) => {
    const isActive = member.services.get('patroni')?.active === true;
    const state = isActive ? ['running', String(cluster.timeline), '0'] : ['stopped', '', 'unknown'];
    return [
      cluster.scope,
      member.name,
      member.address,
      member.name === cluster.leader ? 'Leader' : '',
      ...state,
    ];
  });
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]!.length)),
  );
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const line = (cells: readonly string[], isHeader: boolean) => {
    const padded = cells.map((cell, column) => {
      if (isHeader || column === 2 || column === 3 || column === 4) {
        const left = Math.floor((widths[column]! - cell.length) / 2);
        return (' '.repeat(left) + cell).padEnd(widths[column]!);
      }
      return column >= 5 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
    });
    return `| ${padded.join(' | ')} |\n`;
  };
  return `${rule}${line(header, true)}${rule}${rows.map((row) => line(row, false)).join('')}${rule}`;
}
