import { type CompareOptions, compareWithSsh, type SettingDifference } from './compare-with-ssh.ts';
import { ConnectFailure } from './connect-failure.ts';
import { effectiveSettings } from './effective-settings.ts';
import { examineIdentities, type IdentityState } from './examine-identities.ts';
import { fingerprint } from './host-key.ts';
import { createKnownHostsCache, knownHostsName } from './known-hosts.ts';
import type { ConnectionSettings } from './settings.ts';
import type { TransportChoice } from './transport.ts';

/** What muster would do to reach a node, and why. Nobody was contacted for it. */
export interface NodeExamination {
  readonly node: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Lines of ssh_config that are without effect here. */
  readonly passedOver: readonly string[];
  /** Undefined: `ssh -G` could not be asked; then `sshProblem` says why. */
  readonly differences: readonly SettingDifference[] | undefined;
  readonly sshProblem: string | undefined;
  readonly transport: TransportChoice | { readonly transport: 'none'; readonly because: readonly string[] };
  readonly hostKeys: readonly KnownKey[];
  readonly hostKeyProblem: string | undefined;
  readonly identities: readonly IdentityState[];
}

export interface KnownKey {
  /** As it is looked up: `[db1]:2222`. */
  readonly name: string;
  readonly type: string;
  readonly fingerprint: string;
  readonly marker: 'revoked' | 'cert-authority' | null;
  readonly from: string;
}

export interface ExamineOptions {
  readonly transportOf: (node: string) => Promise<TransportChoice>;
  /** Undefined: there is no ssh program. */
  readonly ssh: CompareOptions | undefined;
  readonly agentTimeoutMs: number;
}

export async function examineNode(
  settings: ConnectionSettings,
  options: ExamineOptions,
): Promise<NodeExamination> {
  const [transport, compared, known, identities] = await Promise.all([
    options.transportOf(settings.node).catch(noTransport),
    compare(settings, options.ssh),
    knownKeys(settings),
    examineIdentities(settings, options.agentTimeoutMs),
  ]);
  const set = [...effectiveSettings(settings)].filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  return {
    node: settings.node,
    settings: Object.fromEntries(set),
    passedOver: settings.passedOver,
    ...compared,
    transport,
    ...known,
    identities,
  };
}

function noTransport(error: unknown): { transport: 'none'; because: string[] } {
  if (!(error instanceof ConnectFailure)) throw error;
  return { transport: 'none', because: [error.message] };
}

async function compare(
  settings: ConnectionSettings,
  ssh: CompareOptions | undefined,
): Promise<Pick<NodeExamination, 'differences' | 'sshProblem'>> {
  if (ssh === undefined) return { differences: undefined, sshProblem: 'there is no ssh program in PATH' };
  try {
    return { differences: await compareWithSsh(settings, ssh), sshProblem: undefined };
  } catch (error) {
    return { differences: undefined, sshProblem: error instanceof Error ? error.message : String(error) };
  }
}

async function knownKeys(
  settings: ConnectionSettings,
): Promise<Pick<NodeExamination, 'hostKeys' | 'hostKeyProblem'>> {
  try {
    const { entries } = await createKnownHostsCache().forNode(settings);
    const name = knownHostsName(settings);
    const hostKeys = entries.map(({ type, key, marker, file, line }) => ({
      name,
      type,
      fingerprint: fingerprint(key),
      marker: marker ?? null,
      from: `${file}:${line}`,
    }));
    return { hostKeys, hostKeyProblem: undefined };
  } catch (error) {
    if (!(error instanceof ConnectFailure)) throw error;
    return { hostKeys: [], hostKeyProblem: error.message };
  }
}
