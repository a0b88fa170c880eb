import type { ClusterAnswer, PatroniMember } from './patroni-cluster.ts';

/**
 * Which of `nodes` a member is: by its name, by the host it announces, or by the address a node answered from. Names may
 * leave out the domain on either side, when only one node fits.
 */
export function nodeOfMember(
  member: PatroniMember,
  nodes: readonly string[],
  answers: readonly ClusterAnswer[],
): string | undefined {
  const hosts = [member.host, hostOfUrl(member.api_url)].filter((host) => host !== undefined);
  for (const name of [member.name, ...hosts]) if (nodes.includes(name)) return name;
  const byAddress = answers.find(({ address }) => address !== undefined && hosts.includes(address));
  if (byAddress !== undefined) return byAddress.node;
  for (const name of [member.name, ...hosts.filter((host) => !isAddress(host))]) {
    const alike = nodes.filter((node) => !isAddress(node) && shortName(node) === shortName(name));
    if (alike.length === 1) return alike[0];
  }
  return undefined;
}

function hostOfUrl(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}

function shortName(name: string): string {
  return name.split('.', 1)[0]!;
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}
