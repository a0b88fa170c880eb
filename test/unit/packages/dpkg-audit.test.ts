import { expect, test } from 'vitest';
import { readAudit } from '../../../src/packages/dpkg-audit.ts';

/** As dpkg 1.21 of Debian 12 said it when the disk had filled up in the middle of an upgrade. */
const messed = `The following packages are in a mess due to serious problems during
installation.  They must be reinstalled for them (and any packages
that depend on them) to function properly:
 libpq5:amd64         PostgreSQL C client library
 postgresql-client-15 front-end programs for PostgreSQL 15
`;
const unpacked = `The following packages have been unpacked but not yet configured.
They must be configured using dpkg --configure or the configure
menu option in dselect for them to work:
 libpq5:amd64         PostgreSQL C client library
`;
const triggered = `The following packages have been triggered, but the trigger processing
has not yet been done.  Trigger processing can be requested using
dselect or dpkg --configure --pending (or dpkg --triggers-only):
 libc-bin             GNU C Library: Binaries
`;

test.each([
  ['nothing', '', null],
  ['interrupted', `${unpacked}${triggered}`, { half: [], unconfigured: ['libpq5', 'libc-bin'] }],
  [
    'half unpacked',
    `${messed}\n${triggered}`,
    { half: ['libpq5', 'postgresql-client-15'], unconfigured: ['libc-bin'] },
  ],
  ['unreadable', "dpkg: error: parsing file '/var/lib/dpkg/status'\n", { half: [], unconfigured: [] }],
])('what dpkg --audit finds is told apart: %s', (_what, text, found) => {
  const lines = text.split('\n').filter((line) => line !== '');
  expect(readAudit(lines)).toEqual(found === null ? null : { said: lines[0], ...found });
});
