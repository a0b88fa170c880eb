import { execFileSync } from 'node:child_process';
import { readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import type { JournalError } from '../../../src/journal/journal-error.ts';
import type { SyncPolicy } from '../../../src/journal/recorder.ts';
import { openJournal } from '../../../src/journal/open-journal.ts';
import { aHeader, report } from './run-fixtures.ts';

/**
 * Runs in a mount namespace of its own, where `disk` is an empty file system of 64 KiB. Prints what happened as JSON.
 */
const [scenario, disk] = process.argv.slice(2) as [string, string];
const ballast = `${disk}/ballast`;
const problems: string[] = [];

function fillDisk(): void {
  for (let size = 65_536; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // the next smaller piece may still fit
    }
  }
}

const open = (fsync: SyncPolicy): ReturnType<typeof openJournal> =>
  openJournal({
    folder: `${disk}/muster`,
    host: 'bastion1',
    fsync,
    onProblem: ({ message, hint }) => problems.push(message, String(hint)),
  });

async function failureOf(promise: Promise<unknown> | void): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    const { name, message, hint } = error as JournalError;
    return { name, message, hint };
  }
}

const scenarios: Record<string, () => Promise<unknown>> = {
  async 'full from the start'() {
    await (await open('intents').startRun(aHeader())).finish({ exitCode: 0 });
    fillDisk();
    const failure = await failureOf(open('intents').startRun(aHeader(), { recordOutput: {} }));
    return { failure, files: readdirSync(`${disk}/muster/runs`).length };
  },
  async 'read-only'() {
    await (await open('intents').startRun(aHeader())).finish({ exitCode: 0 });
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    return { failure: await failureOf(open('intents').startRun(aHeader())) };
  },
  async 'full on the way, then free again'() {
    const nodes = Array.from({ length: 150 }, (_, index) => `node${index}`);
    const recorder = await open('intents').startRun(aHeader({ nodes }), { recordOutput: {} });
    for (const [index, node] of nodes.entries()) {
      if (index === 50) fillDisk();
      if (index === 100) unlinkSync(ballast);
      await recorder.started(node);
      if (index > 60 && index < 90) recorder.output?.(node, 'stdout', Buffer.from('lost'));
      await recorder.ended(report(node));
    }
    await recorder.finish({ exitCode: 0 });
    const journal = open('intents');
    const { state, nodes: seen } = await journal.show('last');
    const { sound } = await journal.verify('last');
    return { state, sound, succeeded: seen.filter((node) => node.state === 'succeeded').length };
  },
  async 'full until the end'() {
    const recorder = await open('intents').startRun(aHeader());
    await recorder.started('node1');
    fillDisk();
    for (let index = 0; index < 100; index += 1) await recorder.ended(report('node1'));
    await recorder.finish({ exitCode: 0 });
    const { fault } = await open('intents').verify('last');
    return { fault: fault ?? null };
  },
  async 'full before an effect that must not happen unrecorded'() {
    const recorder = await open('each').startRun(aHeader());
    fillDisk();
    let accepted = 0;
    let failure: unknown;
    while (failure === undefined && accepted < 200) {
      accepted += 1;
      failure = await failureOf(recorder.started(`step${accepted}`));
    }
    accepted -= 1;
    unlinkSync(ballast);
    const again = await failureOf(recorder.started('after'));
    await recorder.finish({ exitCode: 4 });
    const journal = open('each');
    const seen = (await journal.show('last')).nodes.filter((node) => node.state === 'in-doubt');
    return {
      failure,
      again: again ?? null,
      recordedAll: seen.length === accepted + 1,
      last: seen.at(-1)?.node,
      sound: (await journal.verify('last')).sound,
    };
  },
};

const result = await scenarios[scenario]!();
process.stdout.write(JSON.stringify({ result, problems }));
