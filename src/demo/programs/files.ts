import { FileError, parentOf, resolvePath } from '../file-tree.ts';
import type { Entry } from '../file-tree.ts';
import type { ProgramContext } from '../sh/shell.ts';
import { readOptions } from './options.ts';

/** Does something for each operand; a refusal is printed as coreutils do and makes the status 1. */
async function forEach(
  { name, stderr, folder }: ProgramContext,
  operands: readonly string[],
  describe: (operand: string) => string,
  body: (path: string, operand: string) => Promise<void> | void,
): Promise<number> {
  let status = 0;
  for (const operand of operands) {
    try {
      await body(resolvePath(folder, operand), operand);
    } catch (error) {
      if (!(error instanceof FileError)) {
        throw error;
      }
      status = 1;
      await stderr.write(`${name}: ${describe(operand)}: ${error.message}\n`);
    }
  }
  return status;
}

export async function cat(context: ProgramContext): Promise<number> {
  const { args, stdin, stdout, node } = context;
  const operands = args.filter((arg) => arg === '-' || !arg.startsWith('-'));
  return forEach(
    context,
    operands.length === 0 ? ['-'] : operands,
    (operand) => operand,
    async (path, operand) => {
      if (operand !== '-' && path !== '/dev/stdin') {
        await stdout.write(node.files.read(path));
        return;
      }
      for (let chunk = await stdin.read(); chunk !== undefined; chunk = await stdin.read()) {
        await stdout.write(chunk);
      }
    },
  );
}

export async function tee(context: ProgramContext): Promise<number> {
  const { args, stdin, stdout, node } = context;
  const { flags, operands } = readOptions(args, 'a');
  const bytes = await stdin.readAll();
  const status = await forEach(
    context,
    operands,
    (operand) => operand,
    (path) => {
      node.files.write(path, bytes, flags.has('a'));
    },
  );
  await stdout.write(bytes);
  return status;
}

export async function touch(context: ProgramContext): Promise<number> {
  return forEach(
    context,
    readOptions(context.args, 'acm').operands,
    (operand) => `cannot touch '${operand}'`,
    (path) => {
      if (!context.node.files.isFolder(path)) {
        context.node.files.write(path, '', true);
      }
    },
  );
}

export async function mkdir(context: ProgramContext): Promise<number> {
  const { flags, operands } = readOptions(context.args, 'p', 'm');
  return forEach(
    context,
    operands,
    (operand) => `cannot create directory '${operand}'`,
    (path) => {
      context.node.files.makeFolder(path, { parents: flags.has('p') });
    },
  );
}

export async function rm(context: ProgramContext): Promise<number> {
  const { flags, operands } = readOptions(context.args, 'rRfv');
  const { files } = context.node;
  return forEach(
    context,
    operands,
    (operand) => `cannot remove '${operand}'`,
    (path) => {
      const entry = files.find(path);
      if (entry === undefined && flags.has('f')) {
        return;
      }
      if (entry?.kind === 'folder' && !flags.has('r') && !flags.has('R')) {
        throw new FileError('Is a directory');
      }
      if (path === '/') {
        throw new FileError('Permission denied');
      }
      files.remove(path);
    },
  );
}

export async function cp(context: ProgramContext): Promise<number> {
  return transfer(context, false);
}

export async function mv(context: ProgramContext): Promise<number> {
  return transfer(context, true);
}

async function transfer(context: ProgramContext, remove: boolean): Promise<number> {
  const { name, args, node, folder, stderr } = context;
  const operands = args.filter((arg) => !arg.startsWith('-'));
  if (operands.length < 2) {
    await stderr.write(`${name}: missing file operand\n`);
    return 1;
  }
  const target = resolvePath(folder, operands.at(-1)!);
  return forEach(
    context,
    operands.slice(0, -1),
    (operand) => `cannot stat '${operand}'`,
    (path) => {
      const content = node.files.read(path);
      node.files.write(
        node.files.isFolder(target) ? `${target}/${path.slice(parentOf(path).length + 1)}` : target,
        content,
      );
      if (remove) {
        node.files.remove(path);
      }
    },
  );
}

/** `ls [-l] [-a] [-1] [-d] path…`. */
export async function ls(context: ProgramContext): Promise<number> {
  const { node, stdout } = context;
  const { flags, operands } = readOptions(context.args, 'la1dAhtrF');
  const { files } = node;
  const line = (name: string, entry: Entry) => (flags.has('l') ? longLine(name, entry) : `${name}\n`);
  const many = operands.length > 1;
  let first = true;
  return forEach(
    context,
    operands.length === 0 ? ['.'] : operands,
    (operand) => `cannot access '${operand}'`,
    async (path, operand) => {
      const entry = files.find(path);
      if (entry === undefined) {
        throw new FileError('No such file or directory');
      }
      if (entry.kind === 'file' || flags.has('d')) {
        await stdout.write(line(operand, entry));
        return;
      }
      if (many) {
        await stdout.write(`${first ? '' : '\n'}${operand}:\n`);
      }
      first = false;
      const names = files
        .list(path)
        .filter((name) => flags.has('a') || flags.has('A') || !name.startsWith('.'));
      const total = flags.has('l') ? `total ${names.length * 4}\n` : '';
      await stdout.write(
        total + names.map((name) => line(name, files.find(resolvePath(path, name))!)).join(''),
      );
    },
  );
}

function longLine(name: string, entry: Entry): string {
  const size = entry.kind === 'file' ? entry.size : 4096;
  const mode = entry.kind === 'file' ? '-rw-r--r-- 1' : 'drwxr-xr-x 2';
  const time = entry.modified.toISOString().slice(0, 16).replace('T', ' ');
  return `${mode} root root ${String(size).padStart(6)} ${time} ${name}\n`;
}
