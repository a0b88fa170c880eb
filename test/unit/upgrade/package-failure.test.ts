import { describe, expect, test } from 'vitest';
import { explainPackages } from '../../../src/upgrade/steps/package-failure.ts';

const explain = explainPackages('pg69-2', 'muster upgrade resume');

const waited = `waiting: dpkg: error: dpkg frontend lock was locked by another process with pid 347
Note: removing the lock file is always wrong, can damage the locked area
`;

const makeRoom =
  'Make room on pg69-2 (what was left half done is ended when the run goes on); then muster upgrade resume.';

/** As apt 2.6 and dpkg 1.21 of Debian 12 print them; the lines of clean-up are some of two hundred. */
describe('what a package command printed before it failed', () => {
  test.each([
    {
      what: 'a disk that filled up while it unpacked, after it waited for the lock',
      output: `${waited}Unpacking postgresql-client-15 (15.20-0+deb12u1) over (15.18-0+deb12u1) ...
dpkg: error processing archive /srv/client.deb (--unpack):
 cannot copy extracted data for './usr/bin/psql' to '/usr/bin/psql.dpkg-new': failed to write (No space left on device)
dpkg: error while cleaning up:
 unable to restore backup version of '/usr/share/postgresql/15/man/man7/CALL.7.gz': Stale file handle
E: Sub-process /usr/bin/dpkg returned an error code (1)
`,
      message:
        "dpkg: error processing archive /srv/client.deb (--unpack): cannot copy extracted data for './usr/bin/psql' to '/usr/bin/psql.dpkg-new': failed to write (No space left on device)",
      hint: makeRoom,
    },
    {
      what: 'a disk too full for dpkg to begin',
      output: `dpkg: unrecoverable fatal error, aborting:
 unable to fill /var/lib/dpkg/updates/tmp.i with padding: No space left on device
E: Write error - write (28: No space left on device)
`,
      message:
        'dpkg: unrecoverable fatal error, aborting: unable to fill /var/lib/dpkg/updates/tmp.i with padding: No space left on device',
      hint: makeRoom,
    },
    {
      what: 'a guard that could not be written',
      output:
        "touch: cannot touch '/var/lib/muster/guard/set': No space left on device\ncannot write policy-rc.d\n",
      message: "touch: cannot touch '/var/lib/muster/guard/set': No space left on device",
      hint: makeRoom,
    },
    {
      what: 'no room for the download',
      output: "E: You don't have enough free space in /var/cache/apt/archives/.\n",
      message: "You don't have enough free space in /var/cache/apt/archives/.",
      hint: makeRoom,
    },
    {
      what: 'a lock nobody gave up',
      output: `${waited}dpkg: error: dpkg frontend lock was locked by another process with pid 347\n`,
      message: 'dpkg: error: dpkg frontend lock was locked by another process with pid 347',
      hint: 'Somebody else works with packages on pg69-2 (fuser -v /var/lib/dpkg/lock-frontend); then muster upgrade resume.',
    },
    {
      what: 'something else, after it waited for the lock',
      output: `${waited}E: Sub-process /usr/bin/dpkg returned an error code (1)\n`,
      message: 'Sub-process /usr/bin/dpkg returned an error code (1)',
      hint: 'Mend it on pg69-2; then muster upgrade resume.',
    },
    {
      what: 'nothing',
      output: '',
      message: 'exit code 100',
      hint: 'Mend it on pg69-2; then muster upgrade resume.',
    },
  ])('names the cause and what to do: $what', ({ output, message, hint }) => {
    expect(explain({ message: 'exit code 100', output })).toEqual({ message, hint });
  });

  test('a job that could not begin', () => {
    const message = 'cannot write to /var/lib/muster/jobs: No space left on device';
    expect(explain({ message })).toEqual({ message, hint: makeRoom });
  });
});
