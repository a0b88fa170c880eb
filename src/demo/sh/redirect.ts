import { FileError, resolvePath } from '../file-tree.ts';
import { expandText } from './expand.ts';
import type { RunSubstitution } from './expand.ts';
import { ShellError } from './shell.ts';
import type { Descriptor, Shell } from './shell.ts';
import { discard, Input } from './streams.ts';
import type { Redirection } from './syntax.ts';

/** The descriptors a command gets: the shell's, changed by its redirections from left to right. */
export async function redirect(
  shell: Shell,
  redirections: readonly Redirection[],
  run: RunSubstitution,
): Promise<ReadonlyMap<number, Descriptor>> {
  if (redirections.length === 0) {
    return shell.descriptors;
  }
  const descriptors = new Map(shell.descriptors);
  for (const redirection of redirections) {
    const target = await expandText(shell, redirection.target, run);
    if (redirection.operator === '<&' || redirection.operator === '>&') {
      duplicate(descriptors, redirection.fd, target);
    } else if (redirection.operator === '<<') {
      descriptors.set(redirection.fd, { input: Input.of(target) });
    } else {
      descriptors.set(redirection.fd, open(shell, descriptors, redirection.operator, target));
    }
  }
  return descriptors;
}

function duplicate(descriptors: Map<number, Descriptor>, fd: number, target: string): void {
  if (target === '-') {
    descriptors.delete(fd);
    return;
  }
  if (!/^[0-9]$/.test(target)) {
    throw new ShellError('Syntax error: Bad fd number');
  }
  const from = descriptors.get(Number(target));
  if (from === undefined) {
    throw new ShellError(`${target}: Bad file descriptor`);
  }
  descriptors.set(fd, from);
}

const standardStreams: Readonly<Record<string, number>> = {
  '/dev/stdin': 0,
  '/dev/stdout': 1,
  '/dev/stderr': 2,
};

function open(
  shell: Shell,
  descriptors: ReadonlyMap<number, Descriptor>,
  operator: '<' | '>' | '>>' | '<>',
  target: string,
): Descriptor {
  const { files } = shell.node;
  const path = resolvePath(shell.folder, target);
  if (path === '/dev/null') {
    return { input: Input.of(''), output: discard };
  }
  const stream = descriptors.get(standardStreams[path] ?? -1);
  if (stream !== undefined) {
    return stream;
  }
  if (operator === '<') {
    try {
      return { input: Input.of(files.read(path)) };
    } catch (error) {
      throw refusal(error, 'open', target, 'No such file');
    }
  }
  try {
    files.write(path, '', operator !== '>');
  } catch (error) {
    throw refusal(error, 'create', target, 'Directory nonexistent');
  }
  return {
    output: {
      // oxlint-disable-next-line require-await -- a refusal is to be a rejection
      async write(bytes) {
        files.write(path, bytes, true);
      },
    },
  };
}

/** dash has its own words for a missing file. */
function refusal(error: unknown, action: string, target: string, missing: string): unknown {
  if (!(error instanceof FileError)) {
    return error;
  }
  const reason = error.message === 'No such file or directory' ? missing : error.message;
  return new ShellError(`cannot ${action} ${target}: ${reason}`);
}
