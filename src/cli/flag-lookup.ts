import { UserError } from '../errors.ts';

/** What the argument reader needs of a flag; oclif's cached flags have this shape. */
export interface FlagShape {
  readonly name: string;
  readonly type: 'boolean' | 'option';
  readonly char?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly charAliases?: readonly string[] | undefined;
}

export type FlagTable = Readonly<Record<string, FlagShape>>;

export function findShortFlag(char: string, flags: FlagTable): FlagShape | undefined {
  return Object.values(flags).find((flag) => flag.char === char || flag.charAliases?.includes(char) === true);
}

/**
 * The flag with this long name, alias, or unique beginning of one; undefined when there is none.
 * @throws UserError when the beginning fits several
 */
export function findLongFlag(name: string, flags: FlagTable): FlagShape | undefined {
  const byName = new Map<string, FlagShape>();
  for (const flag of Object.values(flags)) {
    byName.set(flag.name, flag);
    for (const alias of flag.aliases ?? []) byName.set(alias, flag);
  }
  const exact = byName.get(name);
  if (exact !== undefined) return exact;
  const fitting = [...byName].filter(([long]) => long.startsWith(name));
  if (new Set(fitting.map(([, flag]) => flag)).size > 1) {
    const all = fitting.map(([long]) => `--${long}`).join(', ');
    throw new UserError(`option --${name} is ambiguous`, { hint: `It could be ${all}.` });
  }
  return fitting[0]?.[1];
}
