import { ExitCode, UserError } from '../../src/errors.ts';
import { parseArguments } from './cli/arguments.ts';
import { verbs } from './cli/verbs.ts';
import { fleetFolders } from './folders.ts';
import { progressOnStderr } from './progress.ts';

/** `bin/node test/fleet/fleet.ts VERB`: a real fleet of database hosts on this machine; docs/testing-fleet.md. */
async function main(argv: readonly string[]): Promise<number> {
  const args = parseArguments(argv);
  if (args.verb === 'help') {
    process.stdout.write(help());
    return ExitCode.ok;
  }
  const verb = verbs.get(args.verb);
  if (verb === undefined) {
    throw new UserError(`no verb ${args.verb}`, { hint: `One of ${[...verbs.keys()].join(' ')}.` });
  }
  if (process.getuid?.() !== 0) {
    throw new UserError('the fleet is made of namespaces and mounts: it needs root');
  }
  return verb.run({
    args,
    folders: fleetFolders(),
    progress: progressOnStderr(),
    print: (text) => process.stdout.write(text),
  });
}

function help(): string {
  const lines = [...verbs.values()].map((verb) => `  ${verb.usage}\n      ${verb.does}\n`);
  return `bin/node test/fleet/fleet.ts VERB [--json]\n\n${lines.join('')}`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UserError)) {
    throw error;
  }
  process.stderr.write(`fleet: ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`);
  process.exitCode = error.exitCode;
}
