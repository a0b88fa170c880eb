import type { DoctorFlags } from '../cli/doctor-flags.ts';
import { ExitCode } from '../errors.ts';
import { renderTable } from '../output/table.ts';
import type { OutputChannel } from '../output/terminal.ts';
import { examineNode, type KnownKey, type NodeExamination } from '../ssh/examine-node.ts';
import { findProgram } from '../ssh/openssh-program.ts';
import { asRun } from './as-run.ts';
import { checkMachine, type MachineCheck } from './doctor-machine.ts';
import { exitStatusOf } from './nodes-output.ts';
import { openRunSession, type RunSession } from './open-session.ts';

const agentTimeoutMs = 5000;

/** `muster doctor`: this machine, or the nodes given. Contacts no node. Gives the exit status. */
export async function runDoctor(
  flags: DoctorFlags,
  words: readonly string[],
  argv: readonly string[],
): Promise<number> {
  const nodes = words.length === 0 ? flags.nodes : [...(flags.nodes ?? []), ...words];
  const chosen =
    nodes !== undefined || flags.group !== undefined || flags.hostfile !== undefined || flags.all;
  const session = await openRunSession(asRun({ ...flags, nodes: chosen ? nodes : ['localhost'] }), argv);
  const { stdout } = session.terminal;
  const wrong = chosen
    ? await doctorNodes(session, stdout, flags.json)
    : await doctorMachine(session, stdout, flags.json);
  await stdout.flush();
  return exitStatusOf(stdout.failure, wrong ? ExitCode.nodesFailed : ExitCode.ok);
}

async function doctorMachine(session: RunSession, stdout: OutputChannel, json: boolean): Promise<boolean> {
  const checks = await checkMachine(session.surroundings, session.groups, session.settings.ssh.configFile);
  if (json) await stdout.write(`${JSON.stringify({ machine: checks })}\n`);
  else await stdout.write(await machineTable(checks, stdout.isTTY));
  return checks.some(({ wrong }) => wrong);
}

function machineTable(checks: readonly MachineCheck[], forPeople: boolean): Promise<string> {
  const rows = checks.map(({ topic, what, state, wrong }) => [topic, what, wrong ? `! ${state}` : state]);
  return renderTable(['topic', 'what', 'state'], rows, forPeople);
}

async function doctorNodes(session: RunSession, stdout: OutputChannel, json: boolean): Promise<boolean> {
  const { env, home } = session.surroundings;
  const executor = await session.executor();
  const program = findProgram('ssh', env['PATH']);
  const { configFile } = session.settings.ssh;
  const examined: NodeExamination[] = [];
  try {
    for (const node of session.chosen.nodes) {
      const settings = await executor.describe?.(node);
      if (settings === undefined) continue;
      const examination = await examineNode(settings, {
        transportOf: (name) => executor.transportOf!(name),
        ssh: program === undefined ? undefined : { program, configFile, env, home },
        agentTimeoutMs,
      });
      examined.push(examination);
      if (!json && stdout.isTTY) await stdout.write(await nodeText(examination));
    }
  } finally {
    await executor.close();
  }
  if (json) await stdout.write(`${JSON.stringify({ nodes: examined })}\n`);
  else if (!stdout.isTTY) {
    const rows = examined.flatMap((one) => nodeRows(one).map((row) => [one.node, ...row]));
    await stdout.write(await renderTable(['node', 'topic', 'what', 'state'], rows, false));
  }
  return examined.some(isWrong);
}

function isWrong({ transport, differences, hostKeyProblem }: NodeExamination): boolean {
  return transport.transport === 'none' || (differences ?? []).length > 0 || hostKeyProblem !== undefined;
}

async function nodeText(examined: NodeExamination): Promise<string> {
  return `${examined.node}\n${await renderTable(['topic', 'what', 'state'], nodeRows(examined), true)}\n`;
}

type Row = readonly [topic: string, what: string, state: string];

function nodeRows(examined: NodeExamination): Row[] {
  const { settings, passedOver, transport, differences, sshProblem, hostKeys, hostKeyProblem, identities } =
    examined;
  const because = transport.because.join(', ');
  return [
    ['transport', transport.transport, transport.transport === 'none' ? `! ${because}` : because],
    ...Object.entries(settings).map(([keyword, value]): Row => ['setting', keyword, value]),
    ...passedOver.map((line): Row => ['passed over', line, 'without effect here']),
    ...(sshProblem === undefined ? [] : [['ssh -G', '-', sshProblem] satisfies Row]),
    ...(differences ?? []).map(({ keyword, muster, ssh }): Row => [
      'ssh -G differs',
      keyword,
      `! ssh: ${ssh ?? 'not set'}, muster: ${muster ?? 'not set'}`,
    ]),
    ...hostKeyRows(hostKeys, hostKeyProblem, settings['stricthostkeychecking'] ?? ''),
    ...identities.map(({ what, state }): Row => ['would try', what, state]),
  ];
}

function hostKeyRows(keys: readonly KnownKey[], problem: string | undefined, strict: string): Row[] {
  if (problem !== undefined) return [['host key', '-', `! ${problem}`]];
  if (keys.length === 0) return [['host key', 'none known', `StrictHostKeyChecking ${strict}`]];
  return keys.map(({ type, fingerprint, marker, from }): Row => [
    'host key',
    marker === null ? type : `@${marker} ${type}`,
    `${fingerprint} (${from})`,
  ]);
}
