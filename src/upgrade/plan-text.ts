import { bytes } from '../patroni/health.ts';
import { anyRefused, type CheckResult } from './checks/run-checks.ts';
import type { UpgradeSettings } from './settings.ts';
import type { ClusterPlan, UpgradeSpec } from './upgrade-spec.ts';

type Fold = (nodes: readonly string[]) => string;

/** A plan for people: what changes where, in which order, what the checks found, how it is taken back. */
export function planLines(
  spec: UpgradeSpec,
  hash: string,
  checks: ReadonlyMap<string, readonly CheckResult[]>,
  fold: Fold,
): string[] {
  const lines: string[] = [];
  for (const [index, plans] of spec.batches.entries()) {
    if (spec.batches.length > 1) lines.push(`batch ${index + 1}`);
    for (const plan of plans) lines.push(...clusterLines(plan, spec.settings, fold));
  }
  // With a check that refuses, old package lists for one, that is not known.
  if (spec.batches.length === 0 && !anyRefused(checks))
    lines.push('nothing to do: every node runs and has what is on offer');
  for (const [cluster, results] of checks) lines.push(...checkLines(cluster, results));
  if (spec.batches.length > 0) lines.push(...settingLines(spec.settings), `plan ${hash}`);
  return lines;
}

function clusterLines(plan: ClusterPlan, settings: UpgradeSettings, fold: Fold): string[] {
  const touched = (node: string) => plan.nodes[node] !== undefined;
  const over = touched(plan.leader) && plan.candidate !== null;
  const order = [
    ...plan.replicas.filter(touched),
    ...(over ? [`switchover to ${plan.candidate}`] : []),
    ...(touched(plan.leader) ? [plan.leader] : []),
    ...(over && settings.switchback ? [`switchover back to ${plan.leader}`] : []),
  ];
  const transitions = Map.groupBy(Object.entries(plan.nodes), ([, { running, patroni, changes }]) =>
    changes.length === 0
      ? `${running} → ${plan.target}${patroni === undefined ? '' : `, Patroni ${patroni}`}: only the restart is missing`
      : changes.map(({ name, from, to }) => `${name} ${from} → ${to}`).join(', '),
  );
  const untouched = plan.members.map(({ node }) => node).filter((node) => !touched(node));
  const switches = over ? (settings.switchback ? 2 : 1) : 0;
  const pause =
    touched(plan.leader) && !over
      ? plan.members.length === 1
        ? `one restart of ${plan.leader}; nobody stands in, reads stop, too`
        : `one restart of ${plan.leader}, which leads, in place`
      : `${switches} switchover${switches === 1 ? '' : 's'}`;
  return [
    `cluster ${plan.name}: PostgreSQL ${plan.target}${patroniWords(plan)}, led by ${plan.leader}`,
    ...[...transitions].map(([text, nodes]) => `  ${fold(nodes.map(([node]) => node))}: ${text}`),
    ...(untouched.length === 0 ? [] : [`  ${fold(untouched)}: at the target already`]),
    `  order: ${settings.downloadOnly ? 'downloads only' : order.join(' → ')}`,
    `  writes pause: ${settings.downloadOnly ? 'never' : pause}`,
    `  clients are led away: ${drainWords(plan, settings, fold)}`,
    ...(over && !settings.downloadOnly ? [`  ${readerWords(plan, settings)}`] : []),
    ...plainLines(plan, settings, over, fold),
  ];
}

/** Who restarts and promotes servers where no Patroni does. */
function plainLines(
  { plain, candidate, nodes }: ClusterPlan,
  { promoteCommand, downloadOnly }: UpgradeSettings,
  over: boolean,
  fold: Fold,
): string[] {
  if (plain === undefined || downloadOnly) return [];
  const touched = Object.entries(plain.servers).filter(([node]) => nodes[node] !== undefined);
  const units = Map.groupBy(touched, ([, { unit }]) => unit);
  return [
    ...[...units].map(
      ([unit, some]) => `  no Patroni: systemctl restart ${unit} on ${fold(some.map(([node]) => node))}`,
    ),
    ...(over ? [`  promoted on ${candidate}, as root: ${promoteCommand}`] : []),
  ];
}

function patroniWords({ nodes }: ClusterPlan): string {
  const versions = new Set(Object.values(nodes).flatMap(({ patroni }) => patroni ?? []));
  return versions.size === 0 ? '' : ` and Patroni ${[...versions].join(', ')}`;
}

function drainWords(plan: ClusterPlan, { drain }: UpgradeSettings, fold: Fold): string {
  if (drain === 'none') return 'not at all';
  if (drain === 'tag' && plan.plain !== undefined)
    return 'not at all: no proxies were named (--proxies), a restart ends their sessions';
  if (drain === 'tag') return "by Patroni's tag noloadbalance";
  return plan.proxies.length === 0 ? 'not at all: no proxy knows this cluster' : `on ${fold(plan.proxies)}`;
}

/** What the switchover means for who reads. */
function readerWords(plan: ClusterPlan, { drain, switchback }: UpgradeSettings): string {
  const { members, leader, candidate, proxies } = plan;
  const isAlone = members.every(({ node }) => node === leader || node === candidate);
  const cut = `sessions that read from ${candidate} may be cut by the switchover`;
  if (isAlone) return `${cut}: there is no other replica`;
  if (drain === 'proxies' && proxies.length > 0) {
    const when = switchback ? 'each switchover' : 'the switchover';
    return `readers are led away from ${candidate} before ${when}, where somebody else reads`;
  }
  return `${cut}: nobody leads them away before (--proxies does)`;
}

function checkLines(cluster: string, results: readonly CheckResult[]): string[] {
  const count = (result: CheckResult['result']) => results.filter((one) => one.result === result).length;
  const counts = [
    `${count('ok')} ok`,
    ...(['warning', 'waived', 'refused'] as const).flatMap((one) =>
      count(one) > 0 ? [`${count(one)} ${one}`] : [],
    ),
  ];
  return [
    `checks of ${cluster}: ${counts.join(', ')}`,
    ...results
      .filter(({ result }) => result !== 'ok')
      .flatMap(({ id, result, objections, reason }) =>
        objections.map(
          (text) => `  ${id} ${result}: ${text}${reason === undefined ? '' : ` (waived: ${reason})`}`,
        ),
      ),
  ];
}

function settingLines(settings: UpgradeSettings): string[] {
  const { soakMs, parallelClusters, maxLag, maxFailures, window } = settings;
  return [
    `at most ${parallelClusters} clusters side by side, one node at a time in each; watched for ${soakMs / 1000} s each; lag at most ${bytes(maxLag)}`,
    maxFailures === 0 ? 'the first failure stops it' : `more than ${maxFailures} failures stop it`,
    ...(window === undefined ? [] : [`only in the window ${window}`]),
    'taken back by muster upgrade abort: drained replicas, and what keeps services from starting; packages by muster upgrade rollback-node',
  ];
}
