import { FileError, resolvePath } from '../file-tree.ts';
import type { ProgramContext } from '../sh/shell.ts';
import { readOptions } from './options.ts';

/** The text of the operands, or of standard input. */
async function textOf(context: ProgramContext, operands: readonly string[]): Promise<string> {
  const texts: string[] = [];
  for (const operand of operands.length === 0 ? ['-'] : operands) {
    texts.push(
      operand === '-'
        ? (await context.stdin.readAll()).toString()
        : context.node.files.read(resolvePath(context.folder, operand)).toString(),
    );
  }
  return texts.join('');
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** Turns a filter over lines into a program: `null` is a usage error, a number the status. */
function filter(
  flags: string,
  valued: string,
  body: (lines: string[], options: ReturnType<typeof readOptions>, context: ProgramContext) => string[],
) {
  return async (context: ProgramContext): Promise<number> => {
    const options = readOptions(context.args, flags, valued);
    if (options.unknown !== undefined) {
      await context.stderr.write(`${context.name}: invalid option -- '${options.unknown}'\n`);
      return 2;
    }
    try {
      const lines = linesOf(await textOf(context, options.operands));
      const shown = body(lines, options, context);
      await context.stdout.write(shown.map((line) => `${line}\n`).join(''));
      return 0;
    } catch (error) {
      if (error instanceof FileError) {
        await context.stderr.write(`${context.name}: ${options.operands.join(' ')}: ${error.message}\n`);
        return 1;
      }
      throw error;
    }
  };
}

export const sort = filter('rnuf', 'kt', (lines, { flags }) => {
  const compare = flags.has('n')
    ? (a: string, b: string) => (Number.parseFloat(a) || 0) - (Number.parseFloat(b) || 0) || (a < b ? -1 : 1)
    : (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);
  const sorted = [...lines].sort(compare);
  if (flags.has('r')) {
    sorted.reverse();
  }
  return flags.has('u') ? sorted.filter((line, at) => line !== sorted[at - 1]) : sorted;
});

export const uniq = filter('cd', '', (lines, { flags }) => {
  const runs: { line: string; count: number }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last?.line === line) {
      last.count += 1;
    } else {
      runs.push({ line, count: 1 });
    }
  }
  return runs
    .filter(({ count }) => !flags.has('d') || count > 1)
    .map(({ line, count }) => (flags.has('c') ? `${String(count).padStart(7)} ${line}` : line));
});

export const cut = filter('s', 'dfc', (lines, { values }) => {
  const delimiter = values.get('d') ?? '\t';
  const ranges = (values.get('f') ?? values.get('c') ?? '1').split(',').map((range) => {
    const [first, last] = range.split('-');
    return [Number(first || 1), last === undefined ? Number(first) : Number(last || Infinity)] as const;
  });
  const isWanted = (at: number) => ranges.some(([first, last]) => at >= first && at <= last);
  return lines.map((line) => {
    if (values.has('c')) {
      return Array.from(line)
        .filter((_, at) => isWanted(at + 1))
        .join('');
    }
    const fields = line.split(delimiter);
    return fields.length === 1 ? line : fields.filter((_, at) => isWanted(at + 1)).join(delimiter);
  });
});

export const tail = filter('0123456789q', 'nc', (lines, { flags, values }) => {
  const count = values.get('n') ?? ([...flags].filter((flag) => /[0-9]/.test(flag)).join('') || '10');
  return count.startsWith('+')
    ? lines.slice(Number(count) - 1)
    : lines.slice(Math.max(0, lines.length - Number(count)));
});

/** Reads no more than it needs, so that an endless writer in front of it ends. */
export async function head(context: ProgramContext): Promise<number> {
  const { flags, values, operands } = readOptions(context.args, '0123456789q', 'nc');
  const digits = [...flags].filter((flag) => /[0-9]/.test(flag)).join('');
  let rest = Number(values.get('n') ?? (digits || '10'));
  if (operands.length > 0) {
    try {
      const lines = linesOf(await textOf(context, operands)).slice(0, rest);
      await context.stdout.write(lines.map((line) => `${line}\n`).join(''));
      return 0;
    } catch (error) {
      if (error instanceof FileError) {
        await context.stderr.write(`head: cannot open '${operands[0]}' for reading: ${error.message}\n`);
        return 1;
      }
      throw error;
    }
  }
  for (; rest > 0; rest -= 1) {
    const { line, ended } = await context.stdin.readLine();
    if (ended && line === '') {
      break;
    }
    await context.stdout.write(ended ? line : `${line}\n`);
  }
  return 0;
}

export async function wc(context: ProgramContext): Promise<number> {
  const { flags, operands } = readOptions(context.args, 'lwc');
  const text = await textOf(context, operands);
  const counts: readonly (readonly [string, number])[] = [
    ['l', text.split('\n').length - 1],
    ['w', text.split(/\s+/).filter((word) => word !== '').length],
    ['c', Buffer.byteLength(text)],
  ];
  const shown = counts
    .filter(([letter]) => flags.size === 0 || flags.has(letter))
    .map(([, count]) => String(count));
  const padded = shown.length === 1 ? shown : shown.map((count) => count.padStart(7));
  await context.stdout.write(`${[...padded, ...operands].join(' ')}\n`);
  return 0;
}

/** `tr [-d] [-s] set1 [set2]`. */
export async function tr({ args, stdin, stdout }: ProgramContext): Promise<number> {
  const { flags, operands } = readOptions(args, 'dsc');
  const [from = '', to = ''] = operands.map(characterSet);
  const text = (await stdin.readAll()).toString();
  const replaced = flags.has('d')
    ? Array.from(text).filter((char) => !from.includes(char))
    : Array.from(text).map((char) => {
        const at = from.indexOf(char);
        return at === -1 || to === '' ? char : (to[at] ?? to.at(-1)!);
      });
  const squeezed = flags.has('s')
    ? replaced.filter((char, at) => char !== replaced[at - 1] || !(to || from).includes(char))
    : replaced;
  await stdout.write(squeezed.join(''));
  return 0;
}

function characterSet(written: string): string {
  return written
    .replaceAll(String.raw`\n`, '\n')
    .replaceAll(String.raw`\t`, '\t')
    .replaceAll('[:lower:]', 'a-z')
    .replaceAll('[:upper:]', 'A-Z')
    .replaceAll('[:space:]', ' \t\n')
    .replaceAll(/([a-zA-Z0-9])-([a-zA-Z0-9])/g, (_whole, first: string, last: string) => {
      const from = first.codePointAt(0)!;
      return String.fromCodePoint(
        ...Array.from({ length: last.codePointAt(0)! - from + 1 }, (_, at) => from + at),
      );
    });
}

/** `grep [-ivcnqoEFw] [-e] pattern [file…]`; the pattern is a JavaScript regular expression unless -F. */
export async function grep(context: ProgramContext): Promise<number> {
  const { flags, values, operands, unknown } = readOptions(context.args, 'ivcnqoEFwhs', 'e');
  const [pattern, ...files] = values.has('e') ? [values.get('e')!, ...operands] : operands;
  if (pattern === undefined || unknown !== undefined) {
    await context.stderr.write('Usage: grep [OPTION]... PATTERNS [FILE]...\n');
    return 2;
  }
  let regExp: RegExp;
  try {
    const source = flags.has('F') ? pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`) : pattern;
    regExp = new RegExp(flags.has('w') ? `\\b(?:${source})\\b` : source, flags.has('i') ? 'gi' : 'g');
  } catch {
    await context.stderr.write(`grep: Invalid regular expression: ${pattern}\n`);
    return 2;
  }
  let text: string;
  try {
    text = await textOf(context, files);
  } catch (error) {
    if (error instanceof FileError) {
      await context.stderr.write(`grep: ${files.join(' ')}: ${error.message}\n`);
      return 2;
    }
    throw error;
  }
  const matches = linesOf(text)
    .map((line, at) => ({ line, number: at + 1 }))
    .filter(({ line }) => (line.search(regExp) !== -1) !== flags.has('v'));
  if (flags.has('c')) {
    await context.stdout.write(`${matches.length}\n`);
  } else if (!flags.has('q')) {
    const shown = matches.flatMap(({ line, number }) => {
      const prefix = flags.has('n') ? `${number}:` : '';
      return flags.has('o') ? [...line.matchAll(regExp)].map(([found]) => prefix + found) : [prefix + line];
    });
    await context.stdout.write(shown.map((line) => `${line}\n`).join(''));
  }
  return matches.length > 0 ? 0 : 1;
}
