import type { CopyExecutor } from '../copy/copy-executor.ts';
import type { CopyPlan } from '../copy/plan-copy.ts';
import type { TransferCount } from '../copy/transfer-count.ts';
import { combineObservers } from '../fanout/combine-observers.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { byteText } from './byte-text.ts';
import { createCopyDocument, createCopyLines } from './copy-json.ts';
import { createCopyStatus } from './copy-status.ts';
import { createLiveLines } from './live-lines.ts';
import { createNaming } from './naming.ts';
import { createOutcomeMessages } from './outcome-messages.ts';
import { outcomeText } from './outcome-text.ts';
import type { PresenterOptions, PresenterPart, RunPresenter } from './run-presenter.ts';
import { createScreen } from './screen.ts';
import { withStatusLine } from './status-line.ts';
import type { Terminal } from './terminal.ts';

export interface ShownCopy {
  readonly plan: CopyPlan;
  readonly executor: CopyExecutor;
  readonly count: TransferCount;
}

/** The failures themselves are lines of their own. */
function copyText(outcome: NodeOutcome): string | undefined {
  if (outcome.kind === 'finished' && outcome.code === 1) return 'not all was copied';
  return outcome.kind === 'timed-out' ? 'time limit, not all was copied' : outcomeText(outcome);
}

/** Shows a copy: a line of progress on a terminal, each failure as it is known, what became of the nodes. */
export function createCopyPresenter(
  options: PresenterOptions,
  terminal: Terminal,
  { plan, executor, count }: ShownCopy,
): RunPresenter {
  const { programName, label, quiet, json } = options;
  const naming = createNaming({
    foldNodes: options.foldNodes,
    countInTitles: false,
    countInMessages: !quiet,
  });
  const guarded = withStatusLine(terminal);
  const { status } = guarded;
  const screen = createScreen(guarded, { color: options.color === 'always', raw: options.raw });
  const forPeople = terminal.stderr.isTTY && !quiet;
  const parts: PresenterPart[] = [];
  if (forPeople) parts.push(createCopyStatus(status, count, programName));
  if (json === 'document') parts.push(createCopyDocument(screen, plan, executor));
  else if (json === 'lines') parts.push(createCopyLines(screen, plan, executor));
  else parts.push(createLiveLines(screen, { streams: ['stderr'], label, programName }));
  parts.push(
    createOutcomeMessages(screen, {
      programName,
      naming,
      live: json === undefined,
      muteExitCodes: quiet && options.maxRc,
      notes: { partial: false, silent: false },
      textOf: copyText,
      work: 'the copies',
    }),
  );
  if (forPeople && json === undefined) parts.push(summary());

  function summary(): PresenterPart {
    const done: string[] = [];
    const since = performance.now();
    return {
      ended({ node, outcome }) {
        if (outcome.kind === 'finished' && outcome.code === 0) done.push(node);
      },
      async end() {
        if (done.length === 0) return;
        const way = plan.direction === 'to-nodes' ? 'to' : 'from';
        const files = done.reduce((sum, node) => sum + executor.result(node)!.files, 0);
        const bytes = done.reduce((sum, node) => sum + executor.result(node)!.bytes, 0);
        const seconds = ((performance.now() - since) / 1000).toFixed(1);
        const what = `${files} ${files === 1 ? 'file' : 'files'}, ${byteText(bytes)}`;
        await screen.stderr.write(
          `${programName}: ${what} ${way} ${await naming.counted(done)} in ${seconds} s\n`,
        );
      },
    };
  }

  return {
    ...combineObservers(parts),
    async begin(nodes) {
      naming.begin(nodes);
      for (const part of parts) await part.begin?.(nodes);
    },
    interrupted() {
      for (const part of parts) part.interrupted?.();
    },
    async end() {
      for (const part of parts) await part.end?.();
      await Promise.all([terminal.stdout.flush(), terminal.stderr.flush()]);
    },
  };
}
