import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, mask } from '../../../src/journal/redact.ts';

const secret = fc
  .oneof(
    fc.string({ minLength: 4, maxLength: 20 }),
    fc.string({ minLength: 4, maxLength: 20, unit: 'grapheme' }),
  )
  .filter((text) => !text.includes('*') && !mask.includes(text) && text.trim().length > 3);
const around = fc.string({ maxLength: 30 });

/** How people and programs write a secret down, each an independent rendering of what the redactor looks for. */
const renderings: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in URL-safe base64': (text) => Buffer.from(text).toString('base64url'),
  'URL-encoded': (text) => encodeURIComponent(text),
  'URL-encoded in lower case': (text) =>
    encodeURIComponent(text).replaceAll(/%../g, (escape) => escape.toLowerCase()),
  'form-encoded': (text) => encodeURIComponent(text).replaceAll('%20', '+'),
  'in single quotes': (text) => `'${text.replaceAll("'", `'\\''`)}'`,
  'in double quotes': (text) => `"${text.replaceAll(/["$`\\]/g, '\\$&')}"`,
  'in JSON': (text) => JSON.stringify(text),
  'in SQL': (text) => `'${text.replaceAll("'", "''")}'`,
};

describe('a registered secret', () => {
  for (const [name, render] of Object.entries(renderings)) {
    it(`is masked ${name}, whatever stands around it`, () => {
      fc.assert(
        fc.property(secret, around, around, (text, before, after) => {
          const written = render(text);
          const core =
            name.startsWith('in ') && /quotes|JSON|SQL/.test(name) ? written.slice(1, -1) : written;
          fc.pre(!core.includes('*') && !before.includes(core) && !after.includes(core));
          const redacted = createRedactor([text]).text(`${before}${written}${after}`);
          expect(redacted).not.toContain(core);
          expect(redacted).toContain(mask);
        }),
      );
    });
  }

  it('is masked inside the base64 of something longer', () => {
    const redactor = createRedactor(['correct horse battery']);
    for (const user of ['', 'a', 'ab', 'abc', 'postgres']) {
      const header = Buffer.from(`${user}:correct horse battery`).toString('base64');
      const redacted = redactor.text(`X-Auth: ${header}`);
      expect(redacted).toContain(mask);
      const left = Buffer.from(redacted.slice('X-Auth: '.length).replace(mask, ''), 'base64').toString(
        'latin1',
      );
      expect(left).not.toMatch(/orrect|horse|batter/);
    }
  });

  it('is masked as bash itself quotes it', () => {
    for (const text of ["it's", 'a b$c', 'x"y\\z', 'p&q;r|s', '~home!', 'Zürich']) {
      const quoted = execFileSync('bash', ['-c', 'printf %q "$1"', 'bash', text], {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      });
      expect(createRedactor([text]).text(`run ${quoted} now`)).toBe(`run ${mask} now`);
    }
  });

  it('leaves nothing of two secrets that overlap', () => {
    expect(createRedactor(['abcdef', 'defghi']).text('<abcdefghi>')).toBe('<***>');
  });

  it('is masked from its registration on', () => {
    const redactor = createRedactor();
    expect(redactor.text('say hunter2')).toBe('say hunter2');
    redactor.register('hunter2');
    redactor.register('');
    expect(redactor.text('say hunter2')).toBe('say ***');
  });

  it('is masked in output bytes, and every other byte stays', () => {
    const redactor = createRedactor(['Zürich']);
    const bytes = Buffer.concat([Buffer.from([0, 255, 128]), Buffer.from('Zürich'), Buffer.from([254, 10])]);
    expect(redactor.bytes(bytes)).toEqual(
      Buffer.concat([Buffer.from([0, 255, 128]), Buffer.from('***'), Buffer.from([254, 10])]),
    );
    const without = Buffer.from([1, 2, 255]);
    expect(redactor.bytes(without)).toBe(without);
  });
});

describe('a secret nobody registered', () => {
  it.each([
    ['PGPASSWORD=s3same psql -c "select 1"', 'PGPASSWORD=*** psql -c "select 1"'],
    ["PGPASSWORD='open s3same' psql", 'PGPASSWORD=*** psql'],
    [String.raw`sh -c 'PGPASSWORD='\''open s3same'\'' psql'`, `sh -c 'PGPASSWORD=*** psql'`],
    [`sh -c 'PGPASSWORD='"'"'open s3same'"'"' psql'`, `sh -c 'PGPASSWORD=*** psql'`],
    [String.raw`sh -c "PGPASSWORD=\"open s3same\" psql"`, `sh -c "PGPASSWORD=*** psql"`],
    [String.raw`PGPASSWORD='s3same\' psql`, 'PGPASSWORD=*** psql'],
    [String.raw`PGPASSWORD=open\ s3same psql`, 'PGPASSWORD=*** psql'],
    ['psql "host=db password=s3;s&ame user=app"', 'psql "host=db password=*** user=app"'],
    [String.raw`psql "password = 'it\'s s3same' user=app"`, 'psql "password = *** user=app"'],
    ['psql postgresql://app:s3same@db/x', 'psql postgresql://app:***@db/x'],
    ['psql postgres://app:s3@same@db1,db2/x', 'psql postgres://app:***@db1,db2/x'],
    ['psql postgresql://db/x?user=app&password=s3same', 'psql postgresql://db/x?user=app&password=***'],
    ['psql -c "ALTER ROLE app PASSWORD \'s3 same\'"', 'psql -c "ALTER ROLE app PASSWORD ***"'],
    [String.raw`psql -c 'ALTER ROLE app PASSWORD '\''s3 same'\'''`, `psql -c 'ALTER ROLE app PASSWORD ***'`],
    ['psql -c "ALTER ROLE app PASSWORD $x$s3 same$x$ LOGIN"', 'psql -c "ALTER ROLE app PASSWORD *** LOGIN"'],
    ['mysql -e "create user u identified by \'s3same\'"', 'mysql -e "create user u identified by ***"'],
    ['mysqladmin --password=s3same status', 'mysqladmin --password=*** status'],
    ['vault login --auth-token s3same', 'vault login --auth-token ***'],
    ['MYSQL_PWD=s3same mysql', 'MYSQL_PWD=*** mysql'],
    [
      "curl -H 'Authorization: Bearer s3same' http://db:8008/",
      "curl -H 'Authorization: Bearer ***' http://db:8008/",
    ],
    ['curl -s -u admin:s3same http://db:8008/', 'curl -s -u admin:*** http://db:8008/'],
    ['sshpass -p s3same ssh db', 'sshpass -p *** ssh db'],
    ["echo 'app:s3 same' | chpasswd", 'echo ***| chpasswd'],
    ['echo s3same | sudo -S id', 'echo ***| sudo -S id'],
    [`echo '{"password": "s3same", "a": 1}'`, `echo '{"password": *** "a": 1}'`],
  ])('is masked in %s', (command, redacted) => {
    expect(createRedactor().text(command)).toBe(redacted);
  });

  it('is masked in the words of a command line', () => {
    const redactor = createRedactor();
    expect(
      redactor.words(['run', '--password', 's3same', 'alter', 'role', 'x', 'password', "'s3same'"]),
    ).toEqual(['run', '--password', '***', 'alter', 'role', 'x', 'password', '***']);
  });

  it('does not hide what only looks like one', () => {
    const redactor = createRedactor();
    for (const command of [
      'psql -c "show password_encryption"',
      'psql -c "alter system set password_encryption=\'scram-sha-256\'"',
      'PGPASSFILE=/etc/pgpass psql',
      'passwd --lock app',
      'apt-key list',
      'curl -u admin http://db:8008/patroni',
      'psql postgresql://app@db:5432/x',
      'ssh-keygen -lf /etc/ssh/key.pub',
    ]) {
      expect(redactor.text(command)).toBe(command);
    }
  });
});

it('takes time in proportion to the text, also for hostile text', () => {
  const redactor = createRedactor(['a secret']);
  for (const piece of [
    '_',
    '--',
    'a.',
    "password='",
    'curl -u ',
    'echo x ',
    'a://b:',
    String.raw`token=\'`,
    '"secret":',
  ]) {
    const text = piece.repeat(100_000 / piece.length);
    const begun = performance.now();
    redactor.text(text);
    expect({ piece, ms: performance.now() - begun }).toSatisfy(({ ms }) => ms < 5000);
  }
});
