import { UserError } from '../errors.ts';

/**
 * How many nodes may fail while a run still starts new ones.
 * @param text `3`, or `10%` of all nodes, rounded down
 * @throws UserError when it is neither
 */
export function readFailureBudget(text: string, nodes: number): number {
  const match = /^(\d+)(%?)$/.exec(text.trim());
  const amount = Number(match?.[1]);
  if (match === null || (match[2] === '%' && amount > 100)) {
    throw new UserError(`--max-failures ${JSON.stringify(text)}: not a number of nodes or a percentage`, {
      hint: 'For example --max-failures 2, or 10%; 0, the default, stops at the first failure.',
    });
  }
  return match[2] === '%' ? Math.floor((nodes * amount) / 100) : amount;
}
