import { chown, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** One file a new host has above the base. */
export type SeedFile =
  | {
      readonly path: string;
      readonly content: string;
      /** Default 0o644. */
      readonly mode?: number;
      /** A user of the base; default root. The group is that user's own. */
      readonly owner?: string;
    }
  | { readonly path: string; readonly linkTo: string };

/** Writes files into a layer that will lie over the base; paths are absolute, as the host sees them. */
export async function seedLayer(upper: string, base: string, files: readonly SeedFile[]): Promise<void> {
  for (const file of files) {
    await likeInBase(upper, base, dirname(file.path));
    if ('linkTo' in file) {
      await symlink(file.linkTo, upper + file.path);
      continue;
    }
    await writeFile(upper + file.path, file.content, { mode: file.mode ?? 0o644 });
    if (file.owner !== undefined) {
      const { uid, gid } = await findUser(base, file.owner);
      await chown(upper + file.path, uid, gid);
    }
  }
}

/** A folder in the upper layer hides the owner and mode the base's folder has, so it gets the same. */
async function likeInBase(upper: string, base: string, folder: string): Promise<void> {
  if (folder === '/') {
    return;
  }
  await likeInBase(upper, base, dirname(folder));
  const { mode, uid, gid } = await stat(base + folder);
  try {
    await mkdir(upper + folder, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return;
    }
    throw error;
  }
  await chown(upper + folder, uid, gid);
}

async function findUser(base: string, name: string): Promise<{ uid: number; gid: number }> {
  const lines = (await readFile(`${base}/etc/passwd`, 'utf8')).split('\n');
  const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
  if (fields === undefined) {
    throw new Error(`no user ${name} in the base`);
  }
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}
