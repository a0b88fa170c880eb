import type { Place } from '../config/config-error.ts';

/** A group of an Ansible inventory while its files are being read. */
export interface AnsibleGroup {
  readonly place: Place;
  readonly hosts: Set<string>;
  /** Names of child groups, and where each is named. */
  readonly children: Map<string, Place>;
}

export type AnsibleGroups = Map<string, AnsibleGroup>;

/** The group of that name, made when it is new. */
export function ansibleGroup(groups: AnsibleGroups, name: string, place: Place): AnsibleGroup {
  const known = groups.get(name) ?? { place, hosts: new Set<string>(), children: new Map<string, Place>() };
  groups.set(name, known);
  return known;
}
