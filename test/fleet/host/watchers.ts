import { readFile, writeFile } from 'node:fs/promises';

const setting = '/proc/sys/fs/inotify/max_user_instances';

/**
 * Each host's systemd takes some five inotify instances of root's, which may have 128: with more than some 25 hosts on
 * the machine, over all fleets, hosts or their services do not start. The machine keeps the higher limit until it boots.
 */
export async function allowWatchers(instances = 1024): Promise<void> {
  if (Number(await readFile(setting, 'utf8')) < instances) await writeFile(setting, String(instances));
}
