import type { Naming } from './naming.ts';
import type { PresenterPart } from './run-presenter.ts';
import type { StatusLine } from './status-line.ts';

const FIRST_AFTER_MS = 1333;
const THEN_EVERY_MS = 333;
/** With this many nodes left, or fewer, they are named. */
const NAMED_WHEN_LEFT = 8;

export interface ProgressOptions {
  readonly naming: Naming;
  readonly programName: string;
  readonly columns: () => number;
}

/** `muster: 1/3`, and who is still missing when few are: not before 1.33 s, and then on change each third of a second. */
export function createProgress(status: StatusLine, options: ProgressOptions): PresenterPart {
  const left = new Set<string>();
  let total = 0;
  let drawn = '';
  let first: NodeJS.Timeout | undefined;
  let repeated: NodeJS.Timeout | undefined;

  const draw = async (): Promise<void> => {
    const done = `${total - left.size}`.padStart(`${total}`.length);
    let text = `${options.programName}: ${done}/${total}`;
    if (left.size > 0 && left.size <= NAMED_WHEN_LEFT && left.size < total) {
      const named = `${text} (${await options.naming.fold([...left])})`;
      text = named.length < options.columns() ? named : text;
    }
    if (text !== drawn && repeated !== undefined) {
      drawn = text;
      status.show(text);
    }
  };

  const stop = (): void => {
    clearTimeout(first);
    clearInterval(repeated);
    repeated = undefined;
    status.clear();
  };

  return {
    begin(nodes) {
      total = nodes.length;
      for (const node of nodes) {
        left.add(node);
      }
      first = setTimeout(() => {
        repeated = setInterval(() => void draw(), THEN_EVERY_MS).unref();
        void draw();
      }, FIRST_AFTER_MS).unref();
    },
    ended({ node }) {
      left.delete(node);
    },
    interrupted: () => status.clear(),
    end: async () => stop(),
  };
}
