import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** A tree as text: name → content; a name ending in `/` is a folder, content beginning with `-> ` a link. */
export type FileTree = Readonly<Record<string, string>>;

/** Makes files, folders and links; `modes` where given; times are of 2001. */
export function makeTree(folder: string, tree: FileTree, modes: Readonly<Record<string, number>> = {}): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(tree)) {
    const path = join(folder, name);
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (name.endsWith('/')) continue;
    if (content.startsWith('-> ')) symlinkSync(content.slice(3), path);
    else writeFileSync(path, content);
  }
  for (const [name, mode] of Object.entries(modes)) chmodSync(join(folder, name), mode);
  const visit = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) visit(join(path, entry.name));
      if (!entry.isSymbolicLink()) utimesSync(join(path, entry.name), 1_000_000_000, 1_000_000_001);
    }
  };
  visit(folder);
}

/** Everything in a folder, one line each: path (a character a byte), kind, mode, content; and whether the time is that of `makeTree`, if asked. */
export function describeTree(folder: string, withTimes = false): string[] {
  const lines: string[] = [];
  const place = (path: string): Buffer =>
    Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path, 'latin1')]);
  const visit = (path: string): void => {
    for (const name of readdirSync(place(path), { encoding: 'latin1' }).toSorted()) {
      const below = path === '' ? name : `${path}/${name}`;
      const status = lstatSync(place(below));
      const mode = (status.mode & 0o7777).toString(8);
      const kept = Math.floor(status.mtimeMs / 1000) === 1_000_000_001;
      const time = withTimes ? (kept ? ' kept' : ' new') : '';
      if (status.isSymbolicLink()) lines.push(`${below} -> ${readlinkSync(place(below))}`);
      else if (status.isDirectory()) lines.push(`${below}/ ${mode}${time}`);
      else lines.push(`${below} ${mode}${time} ${JSON.stringify(readFileSync(place(below), 'latin1'))}`);
      if (status.isDirectory()) visit(below);
    }
  };
  visit('');
  return lines;
}
