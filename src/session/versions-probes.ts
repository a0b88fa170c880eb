import { ConfigError } from '../config/config-error.ts';
import { readOptionalFile } from '../config/read-config.ts';
import { openYaml, type YamlEntry } from '../groups/yaml-map.ts';
import { makeProbe, probeOfCommand, type Probe } from '../versions/probe.ts';

/**
 * The probes asked for with --of: names from the probe file, anything else is a command.
 * @param file `probes.yaml`: `name: command`, or `name: {command: …, parse: REGEX}`
 * @param mustExist the user named the file
 * @throws ConfigError for a file that cannot be used
 */
export async function chooseProbes(
  wanted: readonly string[],
  file: string,
  mustExist: boolean,
): Promise<Probe[]> {
  const known = await readProbes(file, mustExist);
  // The same program asked twice is two columns.
  const taken = new Set<string>();
  return wanted.map((text) => {
    const probe = known.get(text) ?? probeOfCommand(text);
    let { name } = probe;
    for (let count = 2; taken.has(name); count += 1) name = `${probe.name}-${count}`;
    taken.add(name);
    return { ...probe, name };
  });
}

async function readProbes(file: string, mustExist: boolean): Promise<Map<string, Probe>> {
  const text = readOptionalFile(file);
  if (text === undefined) {
    if (mustExist) throw new ConfigError({ file, line: 0 }, 'no such file');
    return new Map();
  }
  const document = await openYaml(text, file);
  if (document.isNothing()) return new Map();
  return new Map(document.entries('probes: `name: command`').map((entry) => [entry.name, readProbe(entry)]));
}

function readProbe(entry: YamlEntry): Probe {
  const short = entry.text();
  if (short !== undefined) return makeProbe(entry.name, short);
  const values = new Map<string, string>();
  for (const pair of entry.entries('`command` and `parse`')) {
    const value = pair.text();
    if ((pair.name !== 'command' && pair.name !== 'parse') || value === undefined) {
      throw new ConfigError(pair.place, `${pair.name}: a probe has \`command\` and \`parse\`, both text`);
    }
    values.set(pair.name, value);
  }
  const command = values.get('command');
  if (command === undefined) throw new ConfigError(entry.place, `probe ${entry.name} has no command`);
  return makeProbe(entry.name, command, values.get('parse'));
}
