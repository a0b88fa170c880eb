import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createGroupResolver, type Groups } from '../../../src/groups/group-resolver.ts';
import { folderWith } from './group-folder.ts';

/** Groups of a home folder with this groups.yaml; ClusterShell's own sources are switched off. */
function own(
  yaml: string,
  files: Record<string, string> = {},
  env: Record<string, string> = {},
): Groups & { home: string } {
  const home = folderWith({
    'cfgdir/groups.conf': '[Main]\nconfdir:\nautodir:\ndefault:\n',
    '.config/muster/groups.yaml': yaml,
    ...files,
  });
  return { ...createGroupResolver({ env: { CLUSTERSHELL_CFGDIR: `${home}/cfgdir`, ...env }, home }), home };
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const http = (address: string, more = '') =>
  `sources:\n  cmdb: {type: http, url: "http://${address}/groups.json"${more}}\n`;

describe('groups.yaml', () => {
  it('brings an Ansible inventory, relative to the file or below home', async () => {
    const groups = own(
      'sources:\n  69: {type: ansible, path: ./hosts}\n  other: {type: ansible, path: ~/hosts.yml}\n',
      { '.config/muster/hosts': '[web]\nw[1:2]\n', 'hosts.yml': 'db: {hosts: {d1: }}\n' },
    );

    expect((await groups.group('69', 'web')).expressions).toEqual(['w1', 'w2']);
    expect((await groups.all('other')).expressions).toEqual(['d1']);
    expect((await groups.sources()).slice(-2)).toEqual([
      { name: '69', kind: 'ansible', origins: [`${groups.home}/.config/muster/hosts`], isDefault: false },
      { name: 'other', kind: 'ansible', origins: [`${groups.home}/hosts.yml`], isDefault: false },
    ]);
    await expect(groups.group('69', 'db')).rejects.toMatchObject({ message: 'unknown group @69:db' });
  });

  it.each([
    ['sources: {a: {type: ansible}}\n', ':1: sources.a.path: '],
    [
      'sources:\n  a:\n    type: http\n    url: ftp://x/\n',
      ':4: sources.a.url: expected an http or https address',
    ],
    [
      'sources:\n  a: {type: http, url: "http://x/",\n      timeout: soon}\n',
      ':3: sources.a.timeout: expected a duration like 5s or 2m, found "soon"',
    ],
    ['sources:\n  a: {type: ldap}\n', ':2: sources.a.type: '],
    ['sources:\n  a: {type: ansible, path: x, paht: y}\n', ':2: sources.a: Unrecognized key: "paht"'],
    ['sources: {local: {type: ansible, path: x}}\n', ': group source "local" is also defined in /'],
    ['sources: {\n', ':2: Flow map in block collection'],
  ])('refuses %j with file and line', async (yaml, message) => {
    const groups = own(yaml, { 'cfgdir/groups.conf': '[Main]\n[local]\nmap: echo n1\n' });

    await expect(groups.sources()).rejects.toThrow(`.config/muster/groups.yaml${message}`);
  });
});

describe('groups over HTTP', () => {
  it('are lists or sets, fetched once', async () => {
    const requests: (string | undefined)[] = [];
    const address = await serve((request, response) => {
      requests.push(request.headers.authorization);
      response.end('{"web": ["n1", "n[2-3]"], "db": "n4,@web", "none": []}');
    });
    const groups = own(
      http(address, ', headers: {Authorization: "Bearer ${TOKEN}"}'),
      {},
      { TOKEN: 's3cret' },
    );

    expect((await groups.group('cmdb', 'web')).expressions).toEqual(['n1', 'n[2-3]']);
    expect(await groups.group('cmdb', 'db')).toEqual({
      expressions: ['n4,@web'],
      source: 'cmdb',
      origin: `http://${address}/groups.json`,
    });
    expect(await groups.groupNames('cmdb')).toEqual(['web', 'db', 'none']);
    expect(requests).toEqual(['Bearer s3cret']);
  });

  it('are fetched again when they are older than cache_time', async () => {
    let version = 0;
    const address = await serve((_request, response) => response.end(`{"g": "n${++version}"}`));
    const groups = own(http(address, ', cache_time: 10s'));
    const now = vi.spyOn(Date, 'now').mockReturnValue(1_000_000);
    onTestFinished(() => now.mockRestore());

    expect((await groups.group('cmdb', 'g')).expressions).toEqual(['n1']);
    now.mockReturnValue(1_009_999);
    expect((await groups.group('cmdb', 'g')).expressions).toEqual(['n1']);
    now.mockReturnValue(1_010_000);
    expect((await groups.group('cmdb', 'g')).expressions).toEqual(['n2']);
  });

  it('log in with the name and password of the address, which are shown nowhere', async () => {
    const address = await serve((request, response) => {
      response.writeHead(request.headers.authorization === `Basic ${btoa('me:p@ss')}` ? 503 : 401).end();
    });
    const groups = own(http(`me:p%40ss@${address}`));

    await expect(groups.group('cmdb', 'g')).rejects.toThrow(
      `group source "cmdb": http://${address}/groups.json answered 503 Service Unavailable`,
    );
    expect((await groups.sources()).at(-1)?.origins).toEqual([`http://${address}/groups.json`]);
  });

  it.each([
    ['<html>', 'did not answer JSON'],
    ['[1]', 'did not answer {"group": ["node", …]}: ✖ Invalid input: expected record, received array'],
    ['{"g": 5}', 'did not answer {"group": ["node", …]}: ✖ Invalid input'],
  ])('that are %j are refused', async (body, message) => {
    const address = await serve((_request, response) => response.end(body));

    await expect(own(http(address)).group('cmdb', 'g')).rejects.toThrow(
      `http://${address}/groups.json ${message}`,
    );
  });

  it('with control characters in them are refused', async () => {
    const address = await serve((_request, response) => response.end('{"g": "n1\\u001b[2J"}'));

    await expect(own(http(address)).group('cmdb', 'g')).rejects.toThrow(
      'group @cmdb:g: control character in "n1\\x1b[2J"',
    );
  });

  it('that never arrive end at the time limit', async () => {
    const address = await serve(() => undefined);

    await expect(own(http(address, ', timeout: 200ms')).group('cmdb', 'g')).rejects.toThrow(
      'did not answer within 0.2 s',
    );
  });

  it('that are endless are cut', async () => {
    const address = await serve((_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, ' ');
      const more = () => {
        while (!response.destroyed && response.write(chunk));
        response.once('drain', more);
      };
      more();
    });

    await expect(own(http(address)).group('cmdb', 'g')).rejects.toThrow('answered more than 16 MB');
  });

  it('from a server that is away say why', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');

    await expect(own(http(`127.0.0.1:${port}`)).group('cmdb', 'g')).rejects.toThrow(/failed: .*ECONNREFUSED/);
  });

  it('need the variables their headers name', async () => {
    const groups = own(http('127.0.0.1:1', ', headers: {X: "${NOT_SET}"}'));

    await expect(groups.group('cmdb', 'g')).rejects.toThrow(
      'groups.yaml:2: the environment variable NOT_SET is not set',
    );
  });
});
