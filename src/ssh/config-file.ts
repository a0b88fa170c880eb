import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { SshConfigError } from './config-error.ts';
import { type ConfigLine, parseConfigLine } from './config-line.ts';
import { expandTilde } from './config-tokens.ts';

/** A file once read: its lines, an Include line carrying the lines it stands for. */
export type ConfigEntry = ConfigLine | IncludedLines;

export interface IncludedLines {
  readonly keyword: 'include';
  readonly where: string;
  readonly entries: readonly ConfigEntry[];
}

export interface ConfigFileOptions {
  readonly home: string;
  /** Relative Includes start here: `~/.ssh` for the user's file, `/etc/ssh` for the system's. */
  readonly includeFolder: string;
  /** Refuse a file that others may write, as ssh does for `~/.ssh/config`. */
  readonly checkOwner: boolean;
}

/** ssh_config(5) limits nesting to this. */
const maxDepth = 16;

/** Reads a configuration file and what it includes; undefined when it does not exist. */
export async function readConfigFile(
  path: string,
  options: ConfigFileOptions,
  depth = 0,
): Promise<readonly ConfigEntry[] | undefined> {
  const text = readText(path, options.checkOwner);
  if (text === undefined) return undefined;
  const entries: ConfigEntry[] = [];
  let number = 0;
  for (const raw of text.split('\n')) {
    number += 1;
    const line = parseConfigLine(raw, `${path}:${number}`);
    if (line === undefined) continue;
    entries.push(line.keyword === 'include' ? await readInclude(line, options, depth) : line);
  }
  return entries;
}

async function readInclude(
  line: ConfigLine,
  options: ConfigFileOptions,
  depth: number,
): Promise<IncludedLines> {
  if (line.words.length === 0) throw new SshConfigError(line.where, 'Include without a path');
  if (depth + 1 > maxDepth) throw new SshConfigError(line.where, `Include nested more than ${maxDepth} deep`);
  const entries: ConfigEntry[] = [];
  for (const word of line.words) {
    const tilde = expandTilde(word, options.home);
    const pattern = tilde.startsWith('/') ? tilde : `${options.includeFolder}/${tilde}`;
    for (const path of await expandGlob(pattern)) {
      entries.push(...((await readConfigFile(path, options, depth + 1)) ?? []));
    }
  }
  return { keyword: 'include', where: line.where, entries };
}

async function expandGlob(pattern: string): Promise<string[]> {
  if (!/[*?[]/.test(pattern)) return [pattern];
  const paths: string[] = [];
  for await (const path of glob(pattern)) paths.push(path);
  return paths.sort();
}

function readText(path: string, checkOwner: boolean): string | undefined {
  let file;
  try {
    file = openSync(path, constants.O_RDONLY);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // ssh takes a file it may not open for an absent one; muster names it, since settings would be lost silently
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new SshConfigError(path, `cannot be read (${code ?? String(error)})`);
  }
  try {
    const stat = fstatSync(file);
    if (stat.isDirectory()) return undefined;
    const foreign = stat.uid !== 0 && stat.uid !== process.getuid?.();
    if (checkOwner && (foreign || (stat.mode & 0o022) !== 0)) {
      throw new SshConfigError(path, 'bad owner or permissions', `Run: chmod 600 ${path}`);
    }
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
