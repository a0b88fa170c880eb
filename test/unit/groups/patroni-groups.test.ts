import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createGroupResolver, type Groups } from '../../../src/groups/group-resolver.ts';
import { evaluateInOrder } from '../../../src/nodeset/evaluate.ts';
import { findTool } from '../../support/require-tool.ts';
import { folderWith } from './group-folder.ts';

const openssl = findTool('openssl', 'openssl');

/** Answers of real clusters of the test fleet to GET /cluster, by Patroni's version. Members 10.69.4.21 to 23. */
function captured(name: string): string {
  return readFileSync(new URL(`patroni/${name}.json`, import.meta.url), 'utf8');
}

/** The captured members as nodes that answer here: 127.9.0.1 to 127.9.0.3. */
function here(text: string): string {
  return text.replaceAll('10.69.4.2', '127.9.0.');
}

interface Node {
  readonly host: string;
  readonly answer: RequestListener;
}

/** One real HTTP server an address, all on one port. */
async function serveNodes(nodes: readonly Node[]): Promise<number> {
  let port = 0;
  for (const { host, answer } of nodes) {
    const server = createServer(answer).listen(port, host);
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
  }
  return port;
}

const saying =
  (text: string): RequestListener =>
  (request, response) => {
    response.writeHead(request.url === '/cluster' ? 200 : 404).end(text);
  };

const hosts = ['127.9.0.1', '127.9.0.2', '127.9.0.3'];

function threeRoles(port: number, more = ''): string {
  return `sources:
  leader: {type: patroni, clusters: cluster, port: ${port}${more}}
  replica: {type: patroni, clusters: cluster, port: ${port}${more}}
  standby: {type: patroni, clusters: cluster, role: sync, port: ${port}${more}}
`;
}

function groupsOf(yaml: string, clusters = "cluster:\n  69: '127.9.0.[1-3]'\n"): Groups {
  const home = folderWith({
    'cfgdir/groups.conf': '[Main]\nautodir: $CFGDIR/groups.d\n',
    'cfgdir/groups.d/clusters.yaml': clusters,
    '.config/muster/groups.yaml': yaml,
  });
  return createGroupResolver({ env: { CLUSTERSHELL_CFGDIR: `${home}/cfgdir` }, home });
}

async function ask(groups: Groups, text: string): Promise<string> {
  return (await evaluateInOrder(text, { resolver: groups })).map((name) => name.split('.').at(-1)).join();
}

describe('roles of a Patroni cluster', () => {
  it.each([
    { version: '2.0.2-sync', leader: '2', replica: '1,3', sync: '1' },
    { version: '3.0.2-sync', leader: '1', replica: '2,3', sync: '2' },
    { version: '4.0.7-sync', leader: '2', replica: '1,3', sync: '1' },
    { version: '4.0.7-quorum', leader: '2', replica: '1,3', sync: '1,3' },
  ])('are read from the answer of Patroni $version', async ({ version, leader, replica, sync }) => {
    const text = here(captured(version));
    const groups = groupsOf(
      threeRoles(await serveNodes(hosts.map((host) => ({ host, answer: saying(text) })))),
    );

    expect(await ask(groups, '@leader:69')).toBe(leader);
    expect(await ask(groups, '@replica:69')).toBe(replica);
    expect(await ask(groups, '@standby:69')).toBe(sync);
    expect(await ask(groups, '@leader:*')).toBe(leader);
    expect(await groups.groupNames('leader')).toEqual(['69']);
  });

  it('are asked for once in a command line, and of no cluster but the one used', async () => {
    let asked = 0;
    const answer: RequestListener = (request, response) => {
      asked += 1;
      saying(here(captured('4.0.7-sync')))(request, response);
    };
    const port = await serveNodes(hosts.map((host) => ({ host, answer })));
    const groups = groupsOf(threeRoles(port), "cluster:\n  69: '127.9.0.[1-3]'\n  70: '127.9.9.[1-3]'\n");

    expect(await ask(groups, '@replica:69,@leader:69')).toBe('1,3,2');
    expect(asked).toBe(3);
  });

  it('are known as long as one member answers', async () => {
    const text = here(captured('4.0.7-sync'));
    const port = await serveNodes([
      { host: hosts[0]!, answer: (_request, response) => void response.writeHead(503).end('{}') },
      { host: hosts[1]!, answer: () => undefined },
      { host: hosts[2]!, answer: saying(text) },
    ]);

    expect(await ask(groupsOf(threeRoles(port, ', timeout: 300ms')), '@leader:69')).toBe('2');
  });

  it('belong to nodes by name, with or without the domain, or by the address that answered', async () => {
    const text = captured('4.0.7-sync');
    const port = await serveNodes([
      { host: '127.0.0.1', answer: saying(text.replace('10.69.4.21', '127.0.0.1')) },
    ]);
    const groups = groupsOf(
      threeRoles(port, ', timeout: 300ms'),
      'cluster:\n  69: [localhost, pg69-2.example.invalid, pg69-3]\n',
    );

    expect(await evaluateInOrder('@leader:69,@replica:69', { resolver: groups })).toEqual([
      'pg69-2.example.invalid',
      'localhost',
      'pg69-3',
    ]);
  });

  it.skipIf(openssl === undefined)(
    'come over https from a server whose authority is named, and only then',
    async () => {
      const folder = folderWith({ note: '' });
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      execFileSync(
        openssl!,
        [
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:P-256',
          '-nodes',
          '-days',
          '2',
          '-subj',
          '/CN=x',
        ].concat(['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert]),
        { stdio: 'ignore' },
      );
      const text = captured('4.0.7-sync').replaceAll(/10\.69\.4\.2[123]/g, '127.0.0.1');
      const one = text.replace(/, \{"name": "pg69-3".*?\}/, '').replace(/\{"name": "pg69-1".*?\}, /, '');
      const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, saying(one));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      onTestFinished(() => void server.close());
      const { port } = server.address() as AddressInfo;
      const clusters = 'cluster: {69: 127.0.0.1}\n';

      const trusting = groupsOf(threeRoles(port, `, protocol: https, ca: ${cert}`), clusters);
      expect(await ask(trusting, '@leader:69')).toBe('1');
      const doubting = groupsOf(threeRoles(port, ', protocol: https'), clusters);
      await expect(ask(doubting, '@leader:69')).rejects.toThrow(
        /no Patroni answers .*self-signed certificate/,
      );
    },
  );
});

describe('a role is an error, never a guess, when', () => {
  const good = here(captured('4.0.7-sync'));
  const noLeader = here(captured('2.0.2-no-leader'));
  const twoLeaders = good.replace('"role": "replica"', '"role": "leader"');
  const failedOver = good
    .replace('"leader"', '"x"')
    .replace('"sync_standby"', '"leader"')
    .replace('"x"', '"replica"');

  it.each([
    {
      why: 'the members disagree',
      texts: [good, failedOver, good],
      message: 'name different members or leaders',
    },
    { why: 'there is no leader', texts: [noLeader], message: 'it has no leader now, says 127.9.0.1' },
    { why: 'there are two', texts: [twoLeaders], message: 'names several leaders: 127.9.0.2, 127.9.0.3' },
    { why: 'something else answers', texts: ['<html>'], message: '127.9.0.1 did not answer as Patroni does' },
    {
      why: 'the answer is of another shape',
      texts: ['{"members": 3}'],
      message: 'did not answer as Patroni does',
    },
    {
      why: 'a role is unknown',
      texts: [good.replace('"leader"', '"king"')],
      message: 'the unknown role "king"',
    },
    { why: 'the answer never ends', texts: ['['.repeat(2_000_000)], message: 'answered more than 1 MB' },
  ])('$why', async ({ texts, message }) => {
    const port = await serveNodes(texts.map((text, at) => ({ host: hosts[at]!, answer: saying(text) })));

    await expect(ask(groupsOf(threeRoles(port, ', timeout: 2s')), '@leader:69')).rejects.toThrow(message);
  });

  it('nobody answers', async () => {
    const port = await serveNodes([{ host: hosts[0]!, answer: () => undefined }]);
    const groups = groupsOf(threeRoles(port, ', timeout: 300ms'));

    await expect(ask(groups, '@leader:69')).rejects.toMatchObject({
      message: expect.stringContaining(
        `"69": no Patroni answers on port ${port} (127.9.0.1: no answer within 0.3 s`,
      ),
      hint: 'Nothing was selected. Without Patroni, name the nodes.',
    });
  });

  it('a member is not in the group', async () => {
    const port = await serveNodes(hosts.map((host) => ({ host, answer: saying(good) })));
    const groups = groupsOf(threeRoles(port), "cluster: {69: '127.9.0.[1-2]'}\n");

    await expect(ask(groups, '@leader:69')).rejects.toThrow(
      'its member "pg69-3" (127.9.0.3) is none of the group',
    );
  });

  it('the members are defined by roles', async () => {
    const groups = groupsOf(threeRoles(1), "cluster: {69: '@leader:69'}\n");

    await expect(ask(groups, '@replica:69')).rejects.toThrow('defined by @leader:69, which needs them');
  });

  it('there is no such cluster, or no such source', async () => {
    await expect(ask(groupsOf(threeRoles(1)), '@leader:70')).rejects.toThrow('unknown group @leader:70');
    const groups = groupsOf('sources: {leader: {type: patroni, clusters: nope}}\n');
    await expect(ask(groups, '@leader:69')).rejects.toThrow('unknown group source "nope"');
  });

  it('the file does not say which role', async () => {
    const groups = groupsOf('sources:\n  boss: {type: patroni, clusters: cluster}\n');

    await expect(groups.sources()).rejects.toThrow(':2: sources.boss.role: expected leader, replica or sync');
  });
});
