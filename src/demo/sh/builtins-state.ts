import { resolvePath } from '../file-tree.ts';
import { outputOf, setVariable, ShellError, stdinOf, valueOf } from './shell.ts';
import type { Shell } from './shell.ts';

/** `cd [folder|-]`. */
export async function changeFolder(shell: Shell, args: readonly string[]): Promise<number> {
  const [written = valueOf(shell, 'HOME') ?? '/'] =
    args[0] === '--' || args[0] === '-P' ? args.slice(1) : args;
  const target = written === '-' ? (valueOf(shell, 'OLDPWD') ?? shell.folder) : written;
  const folder = resolvePath(shell.folder, target);
  if (!shell.node.files.isFolder(folder)) {
    throw new ShellError(`cd: can't cd to ${target}`);
  }
  setVariable(shell, 'OLDPWD', shell.folder, true);
  setVariable(shell, 'PWD', folder, true);
  shell.folder = folder;
  if (written === '-') {
    await outputOf(shell, 1).write(`${folder}\n`);
  }
  return 0;
}

/** `export name[=value]…`, `export -p` as dash prints it. */
export async function exportVariables(shell: Shell, args: readonly string[]): Promise<number> {
  if (args.length === 0 || args[0] === '-p') {
    const names = [...shell.variables].filter(([, variable]) => variable.exported).map(([name]) => name);
    for (const name of names.sort((a, b) => (a < b ? -1 : 1))) {
      const value = name === 'PWD' ? shell.folder : valueOf(shell, name)!;
      await outputOf(shell, 1).write(`export ${name}=${quote(value)}\n`);
    }
    return 0;
  }
  for (const arg of args) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)(?:=([^]*))?$/.exec(arg) ?? [];
    if (name === undefined) {
      throw new ShellError(`export: ${arg}: bad variable name`);
    }
    const now = value ?? valueOf(shell, name);
    if (now !== undefined) {
      setVariable(shell, name, now, true);
    }
  }
  return 0;
}

/** `local name[=value]…`. */
export function setLocals(shell: Shell, args: readonly string[]): number {
  const saved = shell.locals.at(-1);
  if (saved === undefined) {
    throw new ShellError('local: not in a function');
  }
  for (const arg of args) {
    const [name = ''] = arg.split('=', 1);
    if (!saved.has(name)) {
      saved.set(name, shell.variables.get(name));
    }
    if (arg.includes('=')) {
      shell.variables.set(name, { value: arg.slice(name.length + 1), exported: false });
    }
  }
  return 0;
}

/** Single quotes as dash writes them; a quote inside goes into double quotes. */
function quote(value: string): string {
  return value
    .split(/('+)/)
    .map((piece, index) => (index % 2 === 1 ? `"${piece}"` : `'${piece}'`))
    .filter((piece, index, all) => piece !== "''" || all.length === 1)
    .join('');
}

/** `unset [-v|-f] name…`. */
export function unsetVariables(shell: Shell, args: readonly string[]): number {
  for (const name of args) {
    if (args[0] === '-f') {
      shell.functions.delete(name);
    } else {
      shell.variables.delete(name);
    }
  }
  return 0;
}

/** `set -eux`, `set +e`, `set -- words`. */
export function setOptions(shell: Shell, args: readonly string[]): number {
  for (const [at, arg] of args.entries()) {
    if (arg === '--' || !/^[-+]/.test(arg)) {
      shell.positional = args.slice(arg === '--' ? at + 1 : at);
      return 0;
    }
    for (const letter of arg.slice(1)) {
      if (!'eux'.includes(letter)) {
        throw new ShellError(`set: Illegal option -${letter}`);
      }
      if (arg.startsWith('-')) {
        shell.options.add(letter);
      } else {
        shell.options.delete(letter);
      }
    }
  }
  return 0;
}

/** `read [-r] name…`: one line of standard input, split at blanks. */
export async function readVariables(shell: Shell, args: readonly string[]): Promise<number> {
  const raw = args[0] === '-r';
  const names = raw ? args.slice(1) : args;
  const { line, ended } = await shell.job.unlessSignalled(stdinOf(shell).readLine());
  const separators = valueOf(shell, 'IFS') ?? ' \t\n';
  let rest = raw ? line : line.replaceAll(/\\([^])/g, '$1');
  if (separators.includes(' ')) {
    rest = rest.replace(/^[ \t]+|[ \t]+$/g, '');
  }
  for (const [at, name] of names.entries()) {
    if (at === names.length - 1) {
      setVariable(shell, name, rest);
      break;
    }
    const end = Array.from(rest).findIndex((char) => separators.includes(char));
    setVariable(shell, name, end === -1 ? rest : rest.slice(0, end));
    rest = end === -1 ? '' : rest.slice(end + 1).replace(/^[ \t]+/, '');
  }
  return ended ? 1 : 0;
}
