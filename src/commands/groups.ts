import { boolean, string } from '@oclif/core/flags';
import { BaseCommand } from '../base-command.ts';
import { runGroups } from '../session/groups.ts';

export default class Groups extends BaseCommand {
  static override summary = 'Group sources, groups, their nodes, and where each is written';
  static override description = `Without a word all groups of all sources; else the groups named, @source:group or @group, or all of a source.

Exit status: 0 done; 2 unknown group or source, or a source that does not answer (the others are shown).`;
  static override examples = [
    'muster groups',
    { description: 'What a group is made of, and in which file', command: 'muster groups @cluster:69' },
    { description: 'One source, for a program', command: 'muster groups racks --json' },
  ];
  static override usage = 'groups [@SOURCE:GROUP|@GROUP|SOURCE...] [OPTIONS]';
  static override strict = false;
  static override flags = {
    groupsource: string({ char: 's', helpValue: 'SOURCE', summary: 'Source of groups named without one' }),
    groupsconf: string({ helpValue: 'FILE', summary: 'Use this groups.conf instead of the usual ones' }),
    json: boolean({ summary: 'One JSON document' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Groups);
    process.exitCode = await runGroups({
      words: this.words,
      groupSource: flags.groupsource,
      groupsConf: flags.groupsconf,
      json: flags.json,
    });
  }
}
