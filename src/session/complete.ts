import type { CommandTable } from '../cli/command-words.ts';
import { completeWords } from '../cli/complete-words.ts';
import { keptByBash, readCompletionLine } from '../cli/completion-line.ts';
import type { CompletingShell } from '../cli/completion-scripts.ts';
import { evaluateNodeSet } from '../nodeset/evaluate.ts';
import type { CompletionNames } from '../nodetools/complete-expression.ts';
import { groupsOnDemand } from './groups-on-demand.ts';
import { openPlainOutput } from './nodes-output.ts';

/** What a shell asks at Tab. */
export interface CompletionQuestion {
  readonly shell: CompletingShell;
  /** The command line up to the cursor. */
  readonly line: string;
  /** bash's COMP_WORDBREAKS. */
  readonly wordBreaks: string;
}

/** Prints candidates for the word at the cursor, one a line, as the shell wants them. */
export async function answerCompletion(
  { shell, line, wordBreaks }: CompletionQuestion,
  commands: CommandTable,
): Promise<number> {
  const read = readCompletionLine(line);
  const candidates = await completeWords(read.words.slice(1), read.current, commands, namesFor);
  const kept = shell === 'bash' ? keptByBash(read, wordBreaks).length : 0;
  const output = openPlainOutput();
  await output.write(candidates.map((candidate) => `${candidate.slice(kept)}\n`));
  return output.finish(0);
}

/** Nobody reads messages at Tab: what cannot be asked has no names. */
function namesFor(groupSource: string | undefined, groupsConf: string | undefined): CompletionNames {
  const groups = groupsOnDemand({ groupSource, groupsConf });
  const orNone = (names: Promise<readonly string[]>): Promise<readonly string[]> => names.catch(() => []);
  const sources = async (): Promise<string[]> =>
    (await (await groups.open()).sources()).map(({ name }) => name);
  const nodes = async (): Promise<string[]> => [...(await evaluateNodeSet('@*', { resolver: groups }))];
  return {
    sources: () => orNone(sources()),
    groups: (source) => orNone(groups.groupNames(source)),
    nodes: () => orNone(nodes()),
  };
}
