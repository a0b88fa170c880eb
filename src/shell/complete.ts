import type { ShellCompletions } from './backend.ts';
import { actionNames } from './line.ts';
import { settingSpecs } from './settings.ts';

/** readline's shape: the candidates, and the end of the line they stand for. */
export type Completion = [candidates: string[], replaced: string];

/** What the end of a line asks for. */
export type CompletionNeed =
  /** `@pa`: a group of the default source, or a source. */
  | { readonly kind: 'group'; readonly typed: string }
  /** `@cluster:6`: a group of that source. */
  | { readonly kind: 'group-of'; readonly source: string; readonly typed: string }
  | { readonly kind: 'node'; readonly typed: string }
  | { readonly kind: 'word'; readonly typed: string };

/** More candidates than this flood the screen; then only what they have in common is filled in. */
const maxShown = 100;

/** What to complete at the end of `line` (the text before the cursor); undefined where there is nothing to know. */
export function completionNeed(line: string): CompletionNeed | undefined {
  const text = line.trimStart();
  const word = /^:(\S*)$/u.exec(text);
  if (word !== null) return { kind: 'word', typed: word[1] ?? '' };
  const setWord = /^:set\s+:?(\S*)$/u.exec(text);
  if (setWord !== null) return { kind: 'word', typed: setWord[1] ?? '' };
  const expression = expressionOf(text);
  if (expression === undefined) return undefined;
  const operand = lastOperand(expression);
  // A range is being typed: its numbers are nobody's to guess.
  if (operand === undefined) return undefined;
  const sourced = /^@([^:]*):(.*)$/u.exec(operand);
  if (sourced !== null) return { kind: 'group-of', source: sourced[1] ?? '', typed: sourced[2] ?? '' };
  if (operand.startsWith('@')) return { kind: 'group', typed: operand.slice(1) };
  return { kind: 'node', typed: operand };
}

function expressionOf(text: string): string | undefined {
  if (text.startsWith('+') || text.startsWith('-')) return text.slice(1);
  if (text.startsWith('@@')) return text.slice(1);
  if (text.startsWith('@')) return text;
  return /^:w\s+(.*)$/su.exec(text)?.[1];
}

/** The operand the cursor is in; undefined inside brackets. */
function lastOperand(expression: string): string | undefined {
  let start = 0;
  let inBrackets = false;
  for (let at = 0; at < expression.length; at += 1) {
    const character = expression[at]!;
    if (character === '[') inBrackets = true;
    else if (character === ']') inBrackets = false;
    else if (!inBrackets && /[,!&^\s]/.test(character)) start = at + 1;
  }
  return inBrackets ? undefined : expression.slice(start);
}

/** Candidates for Tab; a remote command has none. */
export async function completeLine(line: string, names: ShellCompletions): Promise<Completion> {
  const need = completionNeed(line);
  if (need === undefined) return [[], line];
  switch (need.kind) {
    case 'word':
      return among(settingWords(), need.typed);
    case 'group-of':
      return among(await names.groups(need.source), need.typed);
    case 'node':
      return among(await names.nodes(), need.typed);
    default: {
      const [groups, sources] = await Promise.all([names.groups(), names.sources()]);
      return among([...groups, ...sources.map((source) => `${source}:`)], need.typed);
    }
  }
}

function settingWords(): string[] {
  return [...actionNames, ...settingSpecs.map((spec) => spec.name)];
}

function among(names: readonly string[], typed: string): Completion {
  const candidates = [...new Set(names)].filter((name) => name.startsWith(typed)).sort();
  if (candidates.length <= maxShown) return [candidates, typed];
  const common = commonPrefix(candidates);
  return [common === typed ? [] : [common], typed];
}

/** Of sorted names: what the first and the last share, all share. */
function commonPrefix(sorted: readonly string[]): string {
  const first = sorted[0] ?? '';
  const last = sorted.at(-1) ?? '';
  let length = 0;
  while (length < first.length && first[length] === last[length]) length += 1;
  return first.slice(0, length);
}
