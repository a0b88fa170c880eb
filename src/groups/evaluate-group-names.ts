import { UserError } from '../errors.ts';
import { evaluateNodeNames } from '../nodeset/evaluate.ts';

/**
 * The group names among words that a `list` or `reverse` upcall printed, each once. As in ClusterShell a word may be a
 * set of names: `rack[1-4]`. A word that is no set is kept as it is, for the caller to refuse.
 */
export function evaluateGroupNames(words: readonly string[]): string[] {
  const names = words.flatMap((word) => (/[[\],!&^]/.test(word) ? expand(word) : [word]));
  return [...new Set(names)];
}

function expand(word: string): string[] {
  try {
    return [...evaluateNodeNames(word)];
  } catch (error) {
    if (error instanceof UserError) {
      return [word];
    }
    throw error;
  }
}
