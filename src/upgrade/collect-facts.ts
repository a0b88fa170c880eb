import { askBarman } from '../barman/ask-barman.ts';
import { eachNode } from '../fanout/each-node.ts';
import type { Executor } from '../fanout/executor.ts';
import { askProxies, isAnswer, linesOfMember } from '../haproxy/pools.ts';
import { askAddresses } from '../keepalived/ask-addresses.ts';
import { askPackages } from '../packages/ask-packages.ts';
import { askMember } from '../patroni/ask-member.ts';
import type { Cluster } from '../patroni/cluster.ts';
import { problemOf } from '../patroni/read-member.ts';
import { jsonOf } from '../patroni/read-reply.ts';
import { pgMajor, pgVersionOfPackage } from '../versions/pg-version.ts';
import { noteApplies, type ReleaseData } from '../versions/release-data.ts';
import { readClock } from './clock.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { pooled } from './members.ts';
import { patroniPackage } from './patroni-after.ts';
import { checkSql, type CheckFacts } from './server-sql.ts';
import type { UpgradeSettings } from './settings.ts';

export interface FactsTools {
  readonly executor: Executor;
  readonly fanout: number;
  readonly signal: AbortSignal;
  readonly data: ReleaseData;
}

/** Asks everything the checks and the plan need, of all nodes at once. */
export async function collectFacts(
  clusters: readonly Cluster[],
  settings: UpgradeSettings,
  tools: FactsTools,
): Promise<ClusterFacts[]> {
  const proxies = await askProxies(settings.proxies, tools);
  const barman = await eachNode(settings.barman, tools.fanout, async (host) => ({
    host,
    servers: await askBarman(tools.executor, host, tools.signal),
  }));
  return Promise.all(
    clusters.map(async (cluster): Promise<ClusterFacts> => {
      const own = proxies.filter(
        (answer) =>
          !isAnswer(answer) || cluster.members.some((one) => linesOfMember(answer, pooled(one)).length > 0),
      );
      const [packages, servers, addresses] = await Promise.all([
        byNode(cluster.nodes, tools.fanout, (node) => packagesOf(node, cluster, settings, tools)),
        byNode(cluster.nodes, tools.fanout, (node) => serverOf(node, settings, tools)),
        byNode([...new Set([...cluster.nodes, ...own.map(({ proxy }) => proxy)])], tools.fanout, (node) =>
          askAddresses(tools.executor, node, tools.signal),
        ),
      ]);
      const notes = await notesOf(cluster, packages, tools);
      // Last: then nothing else keeps the nodes busy, and the answers are quick.
      const clocks = await byNode(cluster.nodes, tools.fanout, (node) =>
        readClock(tools.executor, node, tools.signal),
      );
      return { cluster, packages, servers, proxies: own, notes, barman, addresses, clocks };
    }),
  );
}

async function byNode<T>(
  nodes: readonly string[],
  fanout: number,
  ask: (node: string) => Promise<T>,
): Promise<Map<string, T>> {
  const answers = await eachNode(nodes, fanout, async (node) => [node, await ask(node)] as const);
  return new Map(answers);
}

function packagesOf(
  node: string,
  cluster: Cluster,
  settings: UpgradeSettings,
  { executor, signal }: FactsTools,
) {
  const facts = cluster.members.find((member) => member.node === node)?.facts;
  const major = pgMajor(facts?.serverVersion ?? facts?.serverInstalled ?? '');
  return askPackages(
    executor,
    node,
    {
      major,
      more: [...(settings.includePatroni ? [patroniPackage] : []), ...settings.packages],
      ...(settings.target === undefined ? {} : { target: settings.target }),
      dataDirectory: `/var/lib/postgresql`,
    },
    signal,
  );
}

async function serverOf(node: string, settings: UpgradeSettings, { executor, signal }: FactsTools) {
  const answer = await askMember(
    executor,
    node,
    [{ ask: 'sql', text: checkSql(settings.maxTransactionMs / 1000) }],
    signal,
  );
  if (answer.kind === 'silent') return answer.why;
  const reply = answer.replies[0]!;
  return (jsonOf(reply) as CheckFacts | undefined) ?? problemOf(reply);
}

/** Asks the leader, in each database where the note is a matter of databases. */
async function notesOf(
  { leader, members }: Cluster,
  packages: ReadonlyMap<string, unknown>,
  { executor, signal, data }: FactsTools,
): Promise<ClusterFacts['notes']> {
  const running = members.flatMap(({ facts }) => facts?.serverVersion ?? [])[0];
  const target = targetOf(packages);
  if (running === undefined || target === undefined) return [];
  const notes = data.notes.filter((note) => noteApplies(note, running, target));
  const node = leader?.node;
  if (notes.length === 0 || !node) return notes.map((note) => ({ note, found: null }));
  const listed = await askMember(
    executor,
    node,
    [
      {
        ask: 'sql',
        text: "select datname from pg_database where datallowconn and datname <> 'template1' order by 1",
      },
    ],
    signal,
  );
  const names =
    listed.kind === 'answered' && 'text' in listed.replies[0]!
      ? listed.replies[0].text.split('\n')
      : ['postgres'];
  const answer = await askMember(
    executor,
    node,
    notes.map(({ sql, scope }) => ({
      ask: 'sql' as const,
      text: (scope === 'server' ? ['postgres'] : names)
        .map(
          (name) =>
            `\\connect -reuse-previous=on "dbname='${name.replaceAll(/['\\]/g, '\\$&')}'"\nselect exists (${sql});`,
        )
        .join('\n'),
      timeout: 30,
    })),
    signal,
    120_000,
  );
  return notes.map((note, index) => {
    const reply = answer.kind === 'answered' ? answer.replies[index]! : undefined;
    return { note, found: reply !== undefined && 'text' in reply ? /^t$/m.test(reply.text) : null };
  });
}

export const serverPackage = /^postgresql-\d+$|^postgresql\d*-server$/;

/** PostgreSQL's version that the packages bring; undefined when none does. */
export function targetOf(packages: ReadonlyMap<string, unknown>): string | undefined {
  for (const facts of packages.values()) {
    if (typeof facts !== 'object' || facts === null) continue;
    const { changes } = facts as { changes: readonly { name: string; to: string }[] };
    const server = changes.find(({ name }) => serverPackage.test(name));
    if (server !== undefined) return pgVersionOfPackage(server.to) ?? undefined;
  }
  return undefined;
}
