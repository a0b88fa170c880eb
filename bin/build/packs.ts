import { readFile, rm, writeFile } from 'node:fs/promises';

/**
 * Every chunk of its own costs a start two files to read and a script to set up, 0.1 ms; a one-node run loads sixty.
 * Chunks that the same usual commands load go into one file, so that no command reads what it does not need.
 * @param record one line a command: the chunks it loaded, in their order
 * @returns the file each packed chunk is in
 */
export async function packChunks(folder: string, record: string): Promise<Record<string, string>> {
  const users = new Map<string, string>();
  for (const [command, line] of record.trimEnd().split('\n').entries()) {
    for (const chunk of line.split(' ')) users.set(chunk, `${users.get(chunk) ?? ''}${command},`);
  }
  const groups = Map.groupBy(users, ([, commands]) => commands);
  const packs: Record<string, string> = {};
  for (const [number, members] of [...groups.values()].entries()) {
    if (members.length === 1) continue;
    const pack = `pack-${number}.js`;
    const factories: string[] = [];
    for (const [chunk] of members) {
      factories.push(`${JSON.stringify(chunk)}:${await readFile(`${folder}/${chunk}`, 'latin1')}`);
      await rm(`${folder}/${chunk}`);
      packs[chunk] = pack;
    }
    await writeFile(`${folder}/${pack}`, `({${factories.join(',\n')}})`, 'latin1');
  }
  return packs;
}

/** A chunk as the loader runs it: an expression whose value is the module's function. */
export function asFactory(source: string): string {
  return `(function(exports,require,module,__filename,__dirname){${source}\n})`;
}
