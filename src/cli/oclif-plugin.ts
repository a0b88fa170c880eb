import type { Interfaces } from '@oclif/core';
import { Plugin } from '@oclif/core/config';
import { commandModules } from './commands.ts';
import { builtInManifest, type Manifest } from './manifest.ts';
import { readPackageInfo } from './package-info.ts';

const topics = {
  cluster: { description: 'Patroni clusters: status, switchover, restart' },
  upgrade: { description: 'Rolling minor upgrades of PostgreSQL' },
  runs: { description: 'What was run, where, with what result' },
};

/**
 * muster as oclif sees it: one plugin whose commands come from `commandModules`.
 * Nothing is searched on disk, so a start costs neither a package.json nor a directory walk.
 * @param root folder oclif calls the plugin's root; only a name here
 */
export async function musterPlugin(root: string): Promise<Plugin & { manifest: Manifest }> {
  const { name, version } = readPackageInfo();
  const pjson: Interfaces.PJSON = {
    name,
    version,
    oclif: {
      bin: 'muster',
      dirname: 'muster',
      topicSeparator: ' ',
      additionalHelpFlags: ['-h'],
      topics,
    },
  };
  const plugin = new CommandTablePlugin({ root, pjson, isRoot: true, ignoreManifest: true });
  const manifest = builtInManifest();
  // oclif declares these two private; both are read through `this`, so an instance may bring its own.
  Object.assign(plugin, {
    getCommandIDs: async () => Object.keys(commandModules),
    ...(manifest === undefined ? {} : { _manifest: async () => manifest }),
  });
  await plugin.load();
  return plugin;
}

class CommandTablePlugin extends Plugin {
  override findCommand(id: string, opts: { must: true }): Promise<Command>;
  override findCommand(id: string, opts?: { must: boolean }): Promise<Command | undefined>;
  override async findCommand(id: string): Promise<Command> {
    const load = commandModules[id];
    if (load === undefined) throw new Error(`no module for command ${id}`);
    const command = (await load()).default;
    command.id = id;
    command.plugin = this;
    return command;
  }
}

type Command = Awaited<ReturnType<(typeof commandModules)[string]>>['default'];
