import { BaseCommand } from '../base-command.ts';
import { doctorFlags } from '../cli/doctor-flags.ts';
import { runDoctor } from '../session/doctor.ts';

export default class Doctor extends BaseCommand {
  static override summary = 'What muster would do to reach a node, and why; what it reads on this machine';
  static override description = `With nodes: effective ssh settings and where \`ssh -G\` differs, the transport and why, host keys known, what logging in would
try. Without: versions, configuration files read, group sources, permissions. No node is contacted.

Exit status: 0 nothing wrong, 1 something is wrong (marked with !), 2 usage or configuration.`;
  static override examples = [
    'muster doctor',
    { description: 'Why does it not log in there?', command: 'muster doctor db1' },
    { description: 'For a program', command: 'muster doctor @patroni --json' },
  ];
  static override usage = 'doctor [NODES...] [OPTIONS]';
  static override strict = false;
  static override flags = doctorFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    process.exitCode = await runDoctor(flags, this.words, process.argv.slice(2));
  }
}
