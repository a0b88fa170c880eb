import { writeSync } from 'node:fs';
import { openJournal } from '../../../src/journal/open-journal.ts';
import { aHeader, report } from './run-fixtures.ts';

/** Records nodes for ever and says on stdout what the journal has acknowledged: `started 1`, `ended 1`, … */
const [folder, policy] = process.argv.slice(2) as [string, 'each' | 'intents' | 'never'];
const journal = openJournal({
  folder,
  host: 'bastion1',
  fsync: policy,
  onProblem(problem) {
    throw problem;
  },
});
const recorder = await journal.startRun(aHeader({ nodes: [] }), { recordOutput: {} });
for (let node = 1; ; node += 1) {
  await recorder.started(String(node));
  writeSync(1, `started ${node}\n`);
  recorder.output?.(String(node), 'stdout', Buffer.from(`output of ${node}\n`));
  await recorder.ended(report(String(node)));
  writeSync(1, `ended ${node}\n`);
}
