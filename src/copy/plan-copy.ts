import { stat } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { asBuffer, baseOf, folderOf, joinPath, showPath, toBytePath } from './byte-path.ts';
import { fetchAll, type FetchJob } from './fetch-tree.ts';
import { putAll, type PutJob, type TreeTools } from './put-tree.ts';
import { joinFrom, listSources } from './source-tree.ts';

/** One thing to copy, as people read it. */
export interface CopyStep {
  readonly source: string;
  readonly destination: string;
}

/** What will be copied, the same for every node. */
export interface CopyPlan {
  readonly direction: 'to-nodes' | 'from-nodes';
  readonly steps: readonly CopyStep[];
  /** For one node; undefined where only the node knows. */
  readonly size: { readonly files: number; readonly bytes: number } | undefined;
  /** Where a step's copy from this node will be. */
  targetOf(step: number, node: string): string;
  copy(node: string, tools: TreeTools): Promise<void>;
}

/**
 * Files and folders of this machine to the nodes. Without a destination each goes to the folder it is in here, as with clush.
 * @throws UserError for a source that is not there or cannot be copied: no node has been contacted
 */
export async function planPut(
  paths: readonly string[],
  destination: string | undefined,
  cwd: string,
): Promise<CopyPlan> {
  const sources = await listSources(paths, cwd);
  const jobs = sources.map((source): PutJob => {
    const absolute = joinFrom(toBytePath(cwd), source.named).replace(/(\/\.?)+$/, '');
    const own = `${folderOf(absolute)}/`.replace(/^\/\/$/, '/');
    return { source, destination: destination === undefined ? own : toBytePath(destination) };
  });
  refuseSameTarget(
    jobs.map(({ source, destination: place }) => ({ from: source.named, to: joinPath(place, source.base) })),
  );
  const files = sources.flatMap(({ entries }) => entries.filter(({ kind }) => kind === 'file'));
  return {
    direction: 'to-nodes',
    steps: jobs.map(({ source, destination: place }) => ({
      source: showPath(source.named),
      destination: showPath(place),
    })),
    size: { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) },
    targetOf: (step) => showPath(jobs[step]!.destination),
    copy: (_node, tools) => putAll(jobs, tools),
  };
}

/**
 * Files and folders of the nodes into a folder of this machine, as NAME.NODE. Without a destination each goes to the folder
 * here that it is in there, as with clush.
 * @param umask of this process: what new files may not have without -p
 * @throws UserError for a destination that is no folder: no node has been contacted
 */
export async function planFetch(
  paths: readonly string[],
  destination: string | undefined,
  cwd: string,
  umask: number,
): Promise<CopyPlan> {
  const found: {
    readonly remote: string;
    readonly folder: string;
    readonly shown: string;
    readonly base: string;
  }[] = [];
  for (const given of paths) {
    const remote = toBytePath(given);
    const base = baseOf(remote);
    if (['', '.', '..', '~'].includes(base)) {
      throw new UserError(`${given}: its last part is not a name`, {
        hint: 'It is needed for the name of the copy: name the folder itself.',
      });
    }
    const shown = destination ?? showPath(folderOf(remote.replace(/\/+$/, '')) || '.');
    const folder = joinFrom(toBytePath(cwd), toBytePath(shown));
    await refuseNoFolder(folder, shown, destination === undefined);
    found.push({ remote, folder, shown, base });
  }
  refuseSameTarget(found.map(({ remote, folder, base }) => ({ from: remote, to: joinPath(folder, base) })));
  const nameOf = (base: string, node: string): string => `${base}.${toBytePath(node)}`;
  return {
    direction: 'from-nodes',
    steps: found.map(({ remote, shown }) => ({ source: showPath(remote), destination: shown })),
    size: undefined,
    targetOf: (step, node) =>
      showPath(joinPath(toBytePath(found[step]!.shown), nameOf(found[step]!.base, node))),
    copy: (node, tools) =>
      fetchAll(
        found.map(({ remote, folder, base }): FetchJob => ({
          remote,
          target: joinPath(folder, nameOf(base, node)),
        })),
        umask,
        tools,
      ),
  };
}

async function refuseNoFolder(folder: string, shown: string, byDefault: boolean): Promise<void> {
  const status = await stat(asBuffer(folder)).catch(() => undefined);
  if (status?.isDirectory() === true) return;
  throw new UserError(
    status === undefined ? `directory "${shown}" not found` : `destination "${shown}" is not a directory`,
    {
      code: 'DESTINATION',
      hint: byDefault ? 'Say where copies shall go: --dest FOLDER' : 'No node was contacted.',
    },
  );
}

function refuseSameTarget(pairs: readonly { readonly from: string; readonly to: string }[]): void {
  const taken = new Map<string, string>();
  for (const { from, to } of pairs) {
    const other = taken.get(to);
    if (other !== undefined) {
      throw new UserError(`${showPath(other)} and ${showPath(from)} would both become ${showPath(to)}`);
    }
    taken.set(to, from);
  }
}
