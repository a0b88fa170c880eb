import type { GroupDefinition } from '../nodeset/group-resolver.ts';

/** Where the groups of a source come from. */
export type GroupSourceKind = 'yaml' | 'upcall' | 'ansible' | 'http' | 'postgresql' | 'patroni';

/** One group source, whatever feeds it. Names that come in have passed `isGroupName`. */
export interface GroupSource {
  readonly name: string;
  readonly kind: GroupSourceKind;
  /** The files, addresses … it is defined in, for people. */
  readonly origins: readonly string[];
  /** Undefined: the source has no such group. */
  group(name: string): Promise<GroupDefinition | undefined>;
  /** Undefined: the source does not say what "all" is; then it is the union of all its groups. */
  all(): Promise<GroupDefinition | undefined>;
  /** Undefined: the source cannot list its groups. */
  groupNames(): Promise<readonly string[] | undefined>;
  /** The groups a node belongs to; undefined: the source cannot tell other than through its groups. */
  reverse(node: string): Promise<readonly string[] | undefined>;
}
