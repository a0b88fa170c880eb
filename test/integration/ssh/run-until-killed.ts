// Runs a command on n1 through the system's ssh, for a test that kills this process meanwhile.
import { createSshExecutor } from '../../../src/ssh/executor.ts';

const [configFile, command] = process.argv.slice(2) as [string, string];
const executor = createSshExecutor({
  env: process.env,
  home: '/nonexistent',
  localUser: 'nobody',
  configFile,
  transport: 'openssh',
});
await executor.execute('n1', { command }, { write() {} }, new AbortController().signal);
