import { createGather, type Gather } from '../fanout/gather.ts';
import { NodeSetSyntaxError } from '../nodeset/errors.ts';
import { setKey } from './labelled-lines.ts';

/** Whether keys are node sets (`n[1-3]: text` counts for three nodes) or plain names; `auto`: until one cannot be read. */
export type InterpretKeys = 'never' | 'always' | 'auto';

export interface FoldInputOptions {
  readonly interpretKeys: InterpretKeys;
  /** The nodes a key stands for. */
  readonly evaluate: (key: string) => Promise<readonly string[]>;
  /** Changes a node's lines before they are compared; undefined drops a line. */
  readonly normalize?: ((node: string, lines: Buffer) => Buffer) | undefined;
  readonly spillFolder: string;
}

/** Gathers text by node from labelled lines. */
export interface FoldInput {
  /** Comes back with a promise for a key seen for the first time that must be evaluated; nothing may be fed meanwhile. */
  feed(key: string, lines: Buffer): void | Promise<void>;
  /** What was gathered; every node's text is complete. */
  end(): { readonly gather: Gather; readonly interpreted: boolean; readonly nodes: readonly string[] };
}

/**
 * In `auto` one key that cannot be read makes all keys plain names, those before it too: so from the first key that is
 * a set on, text is gathered both ways.
 */
export function createFoldInput(options: FoldInputOptions): FoldInput {
  const { spillFolder, normalize } = options;
  const create = (): Gather => createGather({ text: 'exact', spillFolder });
  let interpret = options.interpretKeys !== 'never';
  let gather = create();
  /** By key as written, once that makes a difference. */
  let asWritten: Gather | undefined;
  let nodes = new Set<string>();
  let keys = new Set<string>();
  const setOfKey = new Map<string, readonly string[]>();

  const feedOne = (into: Gather, node: string, lines: Buffer): void =>
    into.feed(node, normalize === undefined ? lines : normalize(node, lines));

  const feedAll = (key: string, names: readonly string[], lines: Buffer): void => {
    for (const name of names) {
      nodes.add(name);
      feedOne(gather, name, lines);
    }
    keys.add(key);
    if (asWritten !== undefined) feedOne(asWritten, key, lines);
  };

  const evaluateKey = async (key: string, lines: Buffer): Promise<void> => {
    try {
      setOfKey.set(key, await options.evaluate(key));
    } catch (error) {
      if (options.interpretKeys !== 'auto' || !(error instanceof NodeSetSyntaxError)) throw error;
      interpret = false;
      if (asWritten !== undefined) {
        gather.close();
        gather = asWritten;
        asWritten = undefined;
        nodes = keys;
      }
      feedAll(key, [key], lines);
      return;
    }
    if (asWritten === undefined && options.interpretKeys === 'auto') {
      asWritten = create();
      copy(gather, asWritten, nodes);
      keys = new Set(nodes);
    }
    feedAll(key, setOfKey.get(key)!, lines);
  };

  return {
    feed(key, lines) {
      if (!interpret || !setKey.test(key)) return feedAll(key, [key], lines);
      const known = setOfKey.get(key);
      return known === undefined ? evaluateKey(key, Buffer.from(lines)) : feedAll(key, known, lines);
    },
    end() {
      asWritten?.close();
      for (const node of nodes) gather.end(node);
      return { gather, interpreted: interpret, nodes: [...nodes] };
    },
  };
}

function copy(from: Gather, to: Gather, nodes: ReadonlySet<string>): void {
  for (const node of nodes) for (const piece of from.text(node)!.read()) to.feed(node, Buffer.from(piece));
}
