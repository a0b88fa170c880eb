import { combineObservers } from '../fanout/combine-observers.ts';
import { chooseColor } from './choose-color.ts';
import { collectOutput, type CollectedOutput } from './collect-output.ts';
import { createDiffPresenter } from './diff-presenter.ts';
import { createGatheredPresenter } from './gathered-presenter.ts';
import { createJsonDocument } from './json-document.ts';
import { createJsonLines } from './json-lines.ts';
import { createLiveFold } from './live-fold.ts';
import { createLiveLines } from './live-lines.ts';
import { createNaming, type Naming } from './naming.ts';
import { createOutcomeMessages } from './outcome-messages.ts';
import { normalized } from './normalized.ts';
import { createOutputFiles } from './output-files.ts';
import { createProgress } from './progress.ts';
import type { PresenterOptions, PresenterPart, RunPresenter } from './run-presenter.ts';
import { createScreen, type Screen } from './screen.ts';
import { createSortedLines } from './sorted-lines.ts';
import { withStatusLine } from './status-line.ts';
import type { Terminal } from './terminal.ts';

/** The presenter for these options: the only thing a command needs to show a run. */
export function createRunPresenter(options: PresenterOptions, terminal: Terminal): RunPresenter {
  const gathers = options.gather || options.mergeStderr || options.diff;
  const naming = createNaming({
    foldNodes: options.foldNodes,
    countInTitles: options.nodeCount && !options.quiet,
    countInMessages: !options.quiet,
  });
  const shown = withStatusLine(terminal);
  const { status } = shown;
  const screen = createScreen(shown, { color: isColored(options, terminal), raw: options.raw });

  const parts: PresenterPart[] = [];
  if (showsProgress(options, terminal, gathers)) {
    parts.push(
      createProgress(status, {
        naming,
        programName: options.programName,
        columns: () => terminal.columns,
      }),
    );
  }
  parts.push(...fileParts(screen, options), ...outputParts(screen, options, naming, gathers));
  parts.push(
    createOutcomeMessages(screen, {
      programName: options.programName,
      naming,
      live: !gathers && !options.lineMode && options.json === undefined,
      muteExitCodes: options.quiet && options.maxRc,
      notes: {
        partial: gathers || options.lineMode,
        silent: gathers && !options.quiet && !options.diff && options.json === undefined,
      },
    }),
  );

  return {
    ...combineObservers(parts),
    async begin(nodes) {
      naming.begin(nodes);
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

function isColored(options: PresenterOptions, terminal: Terminal): boolean {
  return chooseColor(options.color === 'auto' ? undefined : options.color, {
    env: terminal.colors === 'none' ? { TERM: 'dumb' } : {},
    stdoutIsTTY: terminal.stdout.isTTY,
    stderrIsTTY: terminal.stderr.isTTY,
    mergeStderr: options.mergeStderr,
  });
}

function showsProgress(options: PresenterOptions, terminal: Terminal, gathers: boolean): boolean {
  if (options.quiet) {
    return false;
  }
  const wanted =
    options.progress === 'auto'
      ? gathers || options.lineMode || options.json === 'document'
      : options.progress;
  return wanted && terminal.stderr.isTTY;
}

function fileParts(screen: Screen, options: PresenterOptions): PresenterPart[] {
  const { programName, outdir, errdir } = options;
  const parts: PresenterPart[] = [];
  if (outdir !== undefined) {
    parts.push(createOutputFiles(screen, { folder: outdir, stream: 'stdout', programName }));
  }
  if (errdir !== undefined) {
    parts.push(createOutputFiles(screen, { folder: errdir, stream: 'stderr', programName }));
  }
  return parts;
}

/** What shows the nodes' output: JSON, live lines, or something at the end (with stderr, and under -v all, live). */
function outputParts(
  screen: Screen,
  options: PresenterOptions,
  naming: Naming,
  gathers: boolean,
): PresenterPart[] {
  const { label, mergeStderr, programName, memoryBudget, spillFolder } = options;
  if (options.json === 'document') {
    return [createJsonDocument(screen, { naming, memoryBudget, spillFolder })];
  }
  if (options.json === 'lines') {
    return [createJsonLines(screen)];
  }
  if (!gathers && !options.lineMode) {
    return [createLiveLines(screen, { streams: ['stdout', 'stderr'], label, programName })];
  }
  const parts: PresenterPart[] = [];
  if (options.verbose && !options.lineMode) {
    parts.push(createLiveLines(screen, { streams: ['stdout', 'stderr'], label, programName }));
  } else if (!mergeStderr) {
    parts.push(createLiveLines(screen, { streams: ['stderr'], label, programName }));
  }
  if (gathers && options.lineMode) {
    const streams = mergeStderr ? (['stdout', 'stderr'] as const) : (['stdout'] as const);
    return [...parts, normalized(createLiveFold(screen, { naming, label, streams }), options.normalizer)];
  }
  const collected = collectOutput(screen, { mergeStderr, programName, memoryBudget, spillFolder });
  return [...parts, normalized(atTheEnd(screen, collected, options, naming), options.normalizer)];
}

function atTheEnd(
  screen: Screen,
  collected: CollectedOutput,
  options: PresenterOptions,
  naming: Naming,
): PresenterPart {
  if (options.diff) {
    return createDiffPresenter(screen, collected, { naming, programName: options.programName });
  }
  if (options.lineMode) {
    return createSortedLines(screen, collected, { naming, label: options.label });
  }
  return createGatheredPresenter(screen, collected, { naming, header: options.label });
}
