import { formatPlace } from '../config/config-error.ts';
import { type IniDocument, printable } from '../config/ini.ts';

/** The section of groups.conf that is no group source. */
export const mainSection = 'Main';

/** The names in a `[a,b,c]` section header. */
export function sourceNames(header: string): string[] {
  return header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** The sections of a document that define group sources, one entry a source. */
export function sourceSections(document: IniDocument) {
  return [...document].filter(([header]) => header !== mainSection);
}

const sourceKeys = new Set(['map', 'mapall', 'all', 'list', 'reverse', 'cache_time', 'time_limit']);

/** Keys of a source that mean nothing: ClusterShell passes over them in silence, they deserve a warning. */
export function unknownKeys(document: IniDocument, header: string): string[] {
  return [...(document.get(header) ?? [])]
    .filter(([key]) => !sourceKeys.has(key))
    .map(
      ([key, value]) => `${formatPlace(value)}: unknown key "${printable(key)}" in [${printable(header)}]`,
    );
}
