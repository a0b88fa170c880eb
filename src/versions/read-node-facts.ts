import type { InstanceFacts, NodeFacts, PatroniFacts } from './facts.ts';
import type { Probe } from './probe.ts';
import { isoTime, readClock, readKernel, readOs } from './read-host.ts';
import { readInstance } from './read-instance.ts';
import { readPackages } from './read-packages.ts';
import { readPatroni } from './read-patroni.ts';
import { readTools } from './read-tools.ts';
import { linesOf, type Sections } from './sections.ts';

/** Everything a node said, in one shape. Never throws: what makes no sense is null or a problem. */
export function readNodeFacts(sections: Sections, probes: readonly Probe[] = []): NodeFacts {
  const clock = readClock(sections);
  const patroni = sections.named('patroni').map((section) => readPatroni(section, sections));
  const instances = sections.named('instance').map((section) => readInstance(section, sections));
  const members = patroni.map(({ facts }) => facts);
  return {
    at: isoTime(clock.now),
    os: readOs(sections),
    kernel: readKernel(sections, clock),
    packages: readPackages(sections),
    instances: instances
      .map(({ facts }) => withPatroni(facts, members, instances.length === 1))
      .toSorted((a, b) => (a.port ?? 0) - (b.port ?? 0)),
    patroni: members,
    tools: readTools(sections, clock),
    probes: Object.fromEntries(probes.map((probe) => [probe.name, readProbe(probe, sections)])),
    problems: [
      ...sections
        .named('denied')
        .map(
          ({ words }) => `no right to become ${words[0]} (sudo -n -u ${words[0]}): asked as the login user`,
        ),
      ...readContained(sections),
      ...instances.flatMap(({ problems }) => problems),
      ...patroni.flatMap(({ problems }) => problems),
      ...(sections.complete ? [] : ['the answer is cut: what is missing is not known']),
    ],
  };
}

/** What runs in containers is another system's: it is named, never asked through the node. */
function readContained(sections: Sections): string[] {
  const counts = new Map<string, number>();
  for (const name of sections.lines('contained')) counts.set(name, (counts.get(name) ?? 0) + 1);
  if (counts.size === 0) return [];
  const list = [...counts].map(([name, count]) => `${name} (${count})`).join(', ');
  return [`in containers, not asked: ${list}`];
}

/** Where SQL was not possible, Patroni knows what runs. */
function withPatroni(
  instance: InstanceFacts,
  members: readonly PatroniFacts[],
  alone: boolean,
): InstanceFacts {
  const own = patroniOf(instance, members, alone);
  if (own === undefined) return instance;
  const systemIdentifier = instance.systemIdentifier ?? own.systemIdentifier;
  if (instance.runningFrom === 'sql' || own.serverVersion === null) return { ...instance, systemIdentifier };
  return { ...instance, systemIdentifier, running: own.serverVersion, runningFrom: 'patroni' };
}

/** The Patroni that looks after a server: the one with the same system identifier, or the only one. */
export function patroniOf(
  instance: InstanceFacts,
  members: readonly PatroniFacts[],
  alone: boolean,
): PatroniFacts | undefined {
  const same = members.find(
    ({ systemIdentifier }) => systemIdentifier !== null && systemIdentifier === instance.systemIdentifier,
  );
  if (same !== undefined) return same;
  const only = members.length === 1 ? members[0] : undefined;
  const contradicts = only?.systemIdentifier !== null && instance.systemIdentifier !== null;
  return alone && !contradicts ? only : undefined;
}

function readProbe({ name, parse }: Probe, sections: Sections): string | null {
  const output = sections.of('probe', name);
  const status = sections.named('probe-status').find(({ words }) => words[0] === name)?.words[1];
  if (output === undefined || status !== '0' || linesOf(output).length === 0) return null;
  return parse(output);
}
