// Starts a job and says so; for tests that end this process at any moment. Arguments: ssh_config folder rootFolder id command
import { createJobs } from '../../../src/jobs/create-jobs.ts';
import { createSshExecutor } from '../../../src/ssh/executor.ts';

const [configFile = '', home = '', rootFolder = '', id = '', command = ''] = process.argv.slice(2);
const executor = createSshExecutor({ env: {}, home, localUser: 'nobody', configFile, keepOpen: true });
const jobs = createJobs(executor, { rootFolder });
const { signal } = new AbortController();
process.stdout.write(`asking\n`);
process.stdout.write(`${JSON.stringify(await jobs.start('n1', { id, command }, signal))}\n`);
process.stdout.write(`${JSON.stringify(await jobs.follow('n1', id, { timeoutMs: 30_000 }, signal))}\n`);
await executor.close();
