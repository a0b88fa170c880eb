import { describeReader } from './reader-contract.ts';
import { openTestJournal } from './test-journal.ts';

describeReader('files', () => {
  const { journal } = openTestJournal();
  return { journal, reader: journal };
});
