import { UserError } from '../errors.ts';

const units: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
};

/**
 * Bytes of what a user wrote after `option`: `16MB`, `1GB`, `0`; units as PostgreSQL counts them.
 * @throws UserError naming option and text
 */
export function readSize(option: string, text: string): number {
  const match = /^(\d+)\s*([kMGT]?B)?$/i.exec(text.trim());
  if (match !== null) return Number(match[1]) * units[(match[2] ?? 'b').toLowerCase()]!;
  throw new UserError(`${option} ${JSON.stringify(text)}: not a size`, { hint: 'For example 16MB or 1GB.' });
}
