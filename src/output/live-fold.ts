import type { OutputStream } from '../fanout/executor.ts';
import { compareSets } from './gathered-blocks.ts';
import { createLineLabeller, type LineLabeller } from './label-lines.ts';
import type { Naming } from './naming.ts';
import type { PresenterPart } from './run-presenter.ts';
import { Ansi, paint, type Screen } from './screen.ts';

/** Beyond this many lines held (one per node and line), lines are shown without waiting for the slowest nodes. */
const MAX_HELD_LINES = 1_000_000;
/** The same for the bytes of different lines. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

export interface LiveFoldOptions {
  readonly naming: Naming;
  readonly label: boolean;
  readonly streams: readonly OutputStream[];
  readonly maxHeldLines?: number;
}

/** The nodes that sent each text as their line number k. */
type Level = Map<string, string[]>;

/**
 * -bL: while the run goes on, line k of all nodes is shown once every node has sent it or has ended:
 * `node[1-3]: line`, larger sets first.
 */
export function createLiveFold(screen: Screen, options: LiveFoldOptions): PresenterPart {
  const { naming } = options;
  const maxHeldLines = options.maxHeldLines ?? MAX_HELD_LINES;
  const labellers = new Map<string, LineLabeller>();
  /** Lines sent by each node that has not ended. */
  const sent = new Map<string, number>();
  /** How many of those nodes have sent so many lines. */
  const nodesAt = new Map<number, number>();
  let levels: Level[] = [];
  let shown = 0;
  let heldLines = 0;
  let heldBytes = 0;
  let turn: Promise<void> = Promise.resolve();

  const count = (lines: number, change: 1 | -1): void => {
    nodesAt.set(lines, (nodesAt.get(lines) ?? 0) + change);
  };

  const hold = (node: string, line: string): void => {
    const lineNumber = sent.get(node)!;
    sent.set(node, lineNumber + 1);
    count(lineNumber, -1);
    count(lineNumber + 1, 1);
    // A node that was too slow to be waited for: its line goes out with the next ones.
    const index = Math.max(0, lineNumber - shown);
    const level = (levels[index] ??= new Map());
    const nodes = level.get(line);
    heldLines += 1;
    if (nodes === undefined) {
      level.set(line, [node]);
      heldBytes += line.length;
    } else {
      nodes.push(node);
    }
  };

  const isComplete = (): boolean => {
    for (const [lines, nodes] of nodesAt) {
      if (nodes === 0) {
        nodesAt.delete(lines);
      } else if (lines <= shown) {
        return false;
      }
    }
    return true;
  };

  const takeReady = (): Level[] => {
    const ready: Level[] = [];
    while (levels.length > 0 && (isComplete() || heldLines > maxHeldLines || heldBytes > MAX_HELD_BYTES)) {
      const level = levels.shift()!;
      shown += 1;
      for (const [line, nodes] of level) {
        heldLines -= nodes.length;
        heldBytes -= line.length;
      }
      ready.push(level);
    }
    return ready;
  };

  const show = async (ready: readonly Level[]): Promise<void> => {
    for (const level of ready) {
      const { rank } = naming;
      for (const nodes of level.values()) {
        nodes.sort((a, b) => rank(a) - rank(b));
      }
      const lines = [...level].sort(([, a], [, b]) => compareSets(a, b));
      let text = '';
      for (const [line, nodes] of lines) {
        const label = options.label
          ? Buffer.from(paint(screen, Ansi.stdoutLabel, `${await naming.fold(nodes)}: `)).toString('latin1')
          : '';
        text += `${label}${screen.mend('stdout', line)}\n`;
      }
      await screen.stdout.write(text, 'latin1');
    }
  };

  /** Folding may take its time (groups), so what is ready is shown in turn. */
  const showReady = (): Promise<void> | undefined => {
    const ready = takeReady();
    if (ready.length === 0) {
      return undefined;
    }
    turn = turn.then(() => show(ready));
    return turn;
  };

  const take = (node: string, lines: string): void => {
    if (lines !== '') {
      for (const line of lines.slice(0, -1).split('\n')) {
        hold(node, line);
      }
    }
  };

  return {
    begin(nodes) {
      for (const node of nodes) {
        sent.set(node, 0);
      }
      nodesAt.set(0, nodes.length);
    },
    output(node, stream, chunk) {
      if (!options.streams.includes(stream)) {
        return undefined;
      }
      const key = `${stream} ${node}`;
      let lines = labellers.get(key);
      if (lines === undefined) {
        lines = createLineLabeller({ label: '', mend: (text) => text });
        labellers.set(key, lines);
      }
      take(node, lines.feed(chunk));
      return showReady();
    },
    ended({ node }) {
      for (const stream of options.streams) {
        const key = `${stream} ${node}`;
        take(node, labellers.get(key)?.flush() ?? '');
        labellers.delete(key);
      }
      count(sent.get(node)!, -1);
      sent.delete(node);
      return showReady();
    },
    async end() {
      // Nodes that never reported an end would hold lines back for ever.
      nodesAt.clear();
      await showReady();
      await turn;
      levels = [];
    },
  };
}
