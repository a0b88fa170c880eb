import { combineObservers } from '../fanout/combine-observers.ts';
import { chooseColor } from './choose-color.ts';
import { createGatheredPresenter } from './gathered-presenter.ts';
import { createLiveLines } from './live-lines.ts';
import { createOutcomeMessages } from './outcome-messages.ts';
import type { PresenterOptions, PresenterPart, RunPresenter } from './run-presenter.ts';
import { createScreen } from './screen.ts';
import type { Terminal } from './terminal.ts';

/** The presenter for these options: the only thing a command needs to show a run. */
export function createRunPresenter(options: PresenterOptions, terminal: Terminal): RunPresenter {
  const gathered = options.gather || options.mergeStderr || options.diff;
  const screen = createScreen(terminal, {
    color: chooseColor(options.color === 'auto' ? undefined : options.color, {
      env: terminal.colors === 'none' ? { TERM: 'dumb' } : {},
      stdoutIsTTY: terminal.stdout.isTTY,
      stderrIsTTY: terminal.stderr.isTTY,
      mergeStderr: options.mergeStderr,
    }),
    raw: options.raw,
  });
  const ranks = new Map<string, number>();
  const fold = options.foldNodes;

  const parts: PresenterPart[] = [
    createLiveLines(screen, {
      streams: gathered && !options.verbose ? (options.mergeStderr ? [] : ['stderr']) : ['stdout', 'stderr'],
      label: options.label,
    }),
  ];
  if (gathered) {
    parts.push(
      createGatheredPresenter(screen, {
        fold,
        rank: (node) => ranks.get(node) ?? Infinity,
        mergeStderr: options.mergeStderr,
        header: options.label,
        nodeCount: options.nodeCount && !options.quiet,
        memoryBudget: options.memoryBudget,
        spillFolder: options.spillFolder,
      }),
    );
  }
  parts.push(
    createOutcomeMessages(screen, {
      programName: options.programName,
      fold,
      live: !gathered && !options.lineMode,
      muteExitCodes: options.quiet && options.maxRc,
      notes: { partial: gathered || options.lineMode, silent: gathered && !options.quiet },
    }),
  );

  return {
    ...combineObservers(parts),
    async begin(nodes) {
      for (const [index, node] of nodes.entries()) {
        ranks.set(node, index);
      }
      for (const part of parts) {
        await part.begin?.(nodes);
      }
    },
    interrupted() {
      for (const part of parts) {
        part.interrupted?.();
      }
    },
    async end() {
      for (const part of parts) {
        await part.end?.();
      }
      await Promise.all([terminal.stdout.flush(), terminal.stderr.flush()]);
    },
  };
}
