import { describe, expect, it } from 'vitest';
import { type ClushConfOptions, readClushConf } from '../../../src/config/clush-conf.ts';
import { folderWith } from '../groups/group-folder.ts';

/** clush.conf files below a home folder of their own, with /etc/clustershell out of the way. */
function conf(files: Record<string, string>, options: Partial<ClushConfOptions> = {}) {
  const home = folderWith(files);
  const read = readClushConf({ env: { CLUSTERSHELL_CFGDIR: `${home}/cfgdir` }, home, ...options });
  return { ...read, home };
}

const sudo = '[mode:sudo]\npassword_prompt: yes\ncommand_prefix: /usr/bin/sudo -S -p "\'\'"\n';

describe('clush.conf', () => {
  it('merges the files of all folders key by key, -O above all', () => {
    const files = {
      '.local/etc/clustershell/clush.conf': '[Main]\nfanout: 11\nconnect_timeout: 3\n',
      '.config/clustershell/clush.conf': '[Main]\nfanout: 12\n',
      '.config/muster/clush.conf': '[Main]\nconfirm_above: 5\ntransport: openssh\n',
      'cfgdir/clush.conf': '[Main]\nfanout: 13\n',
    };

    expect(conf(files).settings).toMatchObject({
      fanout: 13,
      connectTimeoutMs: 3000,
      confirmAbove: 5,
      transport: 'openssh',
    });
    expect(conf(files, { overrides: ['fanout=15', 'ssh_options=-p 22'] }).settings).toMatchObject({
      fanout: 15,
      sshOptions: ['-p', '22'],
    });
  });

  it('reads every type', () => {
    const text = `[Main]
connect_timeout: 1.5
command_timeout: 0
color: never
maxrc: Yes
node_count: off
verbosity: 2
ssh_user: admin
ssh_path: /usr/bin/sshpass /usr/bin/ssh
ssh_options: -o 'ControlPath=/tmp/%%h' -q
history_size: -1
`;
    const { settings } = conf({}, namedConf(text));

    expect(settings).toEqual({
      connectTimeoutMs: 1500,
      commandTimeoutMs: 0,
      color: 'never',
      maxrc: true,
      nodeCount: false,
      verbosity: 2,
      sshUser: 'admin',
      sshPath: ['/usr/bin/sshpass', '/usr/bin/ssh'],
      sshOptions: ['-o', 'ControlPath=/tmp/%h', '-q'],
      historySize: -1,
    });
  });

  it('activates a run mode from confdir and names the modes there are', () => {
    const files = { 'cfgdir/clush.conf': '[Main]\nconfdir: $CFGDIR/modes\n', 'cfgdir/modes/s.conf': sudo };

    expect(conf(files).settings.passwordPrompt).toBeUndefined();
    expect(conf(files).modes).toEqual(['sudo']);
    expect(conf(files, { mode: 'sudo' }).settings).toMatchObject({
      passwordPrompt: true,
      commandPrefix: `/usr/bin/sudo -S -p "''"`,
    });
    expect(() => conf(files, { mode: 'nope' })).toThrow(
      expect.objectContaining({ message: 'unknown run mode "nope"', hint: 'Modes: sudo.' }),
    );
  });

  it('lets -O beat a run mode too, unlike clush: it is what was typed for this command', () => {
    const files = { 'cfgdir/clush.conf': '[Main]\n[mode:fan]\nfanout: 7\n' };

    expect(conf(files, { mode: 'fan', overrides: ['fanout=15'] }).settings.fanout).toBe(15);
  });

  it('warns of unknown keys and goes on', () => {
    const { warnings, home, settings } = conf({ 'cfgdir/clush.conf': '[Main]\nfanout: 4\nfanuot: 3\n' });

    expect(warnings).toEqual([`${home}/cfgdir/clush.conf:3: unknown key "fanuot"`]);
    expect(settings.fanout).toBe(4);
  });

  it.each([
    ['fanout: 0', 'fanout must be a whole number from 1, not "0"'],
    ['fanout: 1.5', 'fanout must be a whole number from 1, not "1.5"'],
    ['connect_timeout: soon', 'connect_timeout must be a number of seconds, not "soon"'],
    ['maxrc: maybe', 'maxrc must be yes or no, not "maybe"'],
    ['transport: carrier', 'transport must be one of auto, ssh2, openssh, not "carrier"'],
    ["ssh_options: -o 'x", 'ssh_options: a quote is never closed'],
    ['ssh_options: %h', 'a lone "%" in "%h"'],
  ])('refuses "%s" with file and line', (line, message) => {
    expect(() => conf({ 'cfgdir/clush.conf': `[Main]\n${line}\n` })).toThrow(
      `/cfgdir/clush.conf:2: ${message}`,
    );
  });

  it.each([
    ['fanout', '-O needs KEY=VALUE, not "fanout"'],
    ['fanuot=3', '-O: there is no setting "fanuot"'],
    ['fanout=x', '-O: fanout must be a whole number from 1, not "x"'],
  ])('refuses -O %s', (override, message) => {
    expect(() => conf({}, { overrides: [override] })).toThrow(message);
  });

  it('refuses a --conf that does not exist', () => {
    expect(() => conf({}, { conf: 'nope.conf', cwd: '/nowhere' })).toThrow(
      '/nowhere/nope.conf: no such file',
    );
  });
});

function namedConf(text: string): { conf: string } {
  return { conf: `${folderWith({ 'named.conf': text })}/named.conf` };
}
