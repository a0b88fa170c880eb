import type { IniDocument } from '../config/ini.ts';

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
