import type { NodeReport } from '../fanout/observer.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { isPartial, outcomeHint, outcomeOrder, outcomeText } from './outcome-text.ts';
import type { Naming } from './naming.ts';
import { makeVisibleLine } from './printable.ts';
import type { PresenterPart } from './run-presenter.ts';
import type { Screen } from './screen.ts';

export interface OutcomeMessagesOptions {
  readonly programName: string;
  readonly naming: Naming;
  /** A node's failure is told when it happens; else all are folded at the end. */
  readonly live: boolean;
  /** -q with -S: nothing about exit codes and timeouts, the caller looks at the exit status. */
  readonly muteExitCodes: boolean;
  /** Name nodes whose output shown is not all, and nodes that sent nothing: for output shown at the end. */
  readonly notes: { readonly partial: boolean; readonly silent: boolean };
  /** Default: what became of a command. */
  readonly textOf?: (outcome: NodeOutcome) => string | undefined;
  /** What an interrupt ends, default: the command on the nodes. */
  readonly work?: string;
}

/** What became of the nodes, on stderr. Nodes with the same message share a line. */
export function createOutcomeMessages(screen: Screen, options: OutcomeMessagesOptions): PresenterPart {
  const { naming, textOf = outcomeText, work = 'the command on the nodes' } = options;
  const reports: NodeReport[] = [];
  const hintsTold = new Set<string>();
  let interrupted = false;

  /** When the reader of stdout went away (`| head`) the run is ended for it, and nobody wants to read why. */
  const say = (text: string): void | Promise<void> =>
    screen.stdout.failure?.kind === 'closed' ? undefined : screen.stderr.write(`${text}\n`);

  const tell = async (names: string, text: string, hint: string | undefined): Promise<void> => {
    await say(`${options.programName}: ${names}: ${text}`);
    if (hint !== undefined && !hintsTold.has(hint)) {
      hintsTold.add(hint);
      await say(`  hint: ${hint}`);
    }
  };

  const tellFolded = async (told: readonly NodeReport[]): Promise<void> => {
    for (const message of foldMessages(told, textOf)) {
      // clush counts the nodes of an exit code and not those of a timeout.
      const write = message.kind === 'timed-out' ? naming.fold : naming.counted;
      await tell(await write(message.nodes), message.text, message.hint);
    }
  };

  const note = async (nodes: readonly string[], text: string): Promise<void> => {
    if (nodes.length > 0) {
      await say(`${options.programName}: ${await naming.counted(nodes)}: ${text}`);
    }
  };

  return {
    interrupted() {
      interrupted = true;
      void say(`${options.programName}: interrupted, ending ${work}`);
    },
    async ended(report) {
      if (options.muteExitCodes && ['finished', 'timed-out'].includes(report.outcome.kind)) {
        return;
      }
      reports.push(report);
      if (!options.live || isToldAtTheEnd(report) || isQuietCancel(report)) {
        return;
      }
      const text = textOf(report.outcome);
      if (text !== undefined) {
        await tell(makeVisibleLine(report.node), text, outcomeHint(report.outcome));
      }
    },
    async end() {
      await tellFolded(
        options.live ? reports.filter(isToldAtTheEnd) : reports.filter((report) => !isQuietCancel(report)),
      );
      if (options.notes.partial) {
        const partial = reports.filter(
          ({ outcome, bytes }) => isPartial(outcome) && bytes.stdout + bytes.stderr > 0,
        );
        await note(
          partial.map(({ node }) => node),
          'output is partial',
        );
      }
      if (options.notes.silent) {
        const silent = reports.filter(({ outcome, bytes }) => isSilent(outcome, bytes));
        await note(
          silent.map(({ node }) => node),
          'no output',
        );
      }
      if (interrupted) {
        const unfinished = reports
          .filter(({ outcome }) => outcome.kind === 'cancelled')
          .map(({ node }) => node);
        const names = unfinished.length === 0 ? '' : ` (${await naming.fold(unfinished)} did not complete)`;
        await say(`Keyboard interrupt${names}.`);
      }
    },
  };
}

/** Things that happen to many nodes at the same moment are folded even in live output, as clush does for timeouts. */
function isToldAtTheEnd(report: NodeReport): boolean {
  return (
    ['timed-out', 'skipped'].includes(report.outcome.kind) ||
    (report.outcome.kind === 'cancelled' && !isQuietCancel(report))
  );
}

/** Ended as asked: the last line (`did not complete`) names it. */
function isQuietCancel({ outcome }: NodeReport): boolean {
  return outcome.kind === 'cancelled' && outcome.remote === 'ended';
}

function isSilent(outcome: NodeReport['outcome'], bytes: NodeReport['bytes']): boolean {
  return outcome.kind === 'finished' && bytes.stdout === 0 && bytes.stderr === 0;
}

interface FoldedMessage {
  readonly kind: string;
  readonly order: number;
  readonly nodes: string[];
  text: string;
  readonly hint: string | undefined;
}

/** One message for nodes that failed in the same way; addresses in parentheses are left out where they differ. */
function foldMessages(
  reports: readonly NodeReport[],
  textOf: (outcome: NodeOutcome) => string | undefined,
): FoldedMessage[] {
  const messages = new Map<string, FoldedMessage>();
  for (const { node, outcome } of reports) {
    const text = textOf(outcome);
    if (text === undefined) {
      continue;
    }
    const key =
      outcome.kind === 'not-started'
        ? `${outcome.reason} ${withoutAddress(text)}`
        : `${outcome.kind} ${text}`;
    const message = messages.get(key);
    if (message === undefined) {
      messages.set(key, {
        kind: outcome.kind,
        order: outcomeOrder(outcome),
        nodes: [node],
        text,
        hint: outcomeHint(outcome),
      });
      continue;
    }
    message.nodes.push(node);
    if (message.text !== text) {
      message.text = withoutAddress(text);
    }
  }
  return [...messages.values()].sort((a, b) => a.order - b.order);
}

function withoutAddress(text: string): string {
  return text.replace(/ \([^()]*\)$/, '');
}
