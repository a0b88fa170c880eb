import type { PackageFacts, PackageVersion } from './facts.ts';
import { isoTime, toNumber } from './read-host.ts';
import { linesOf, type Sections } from './sections.ts';

export function readPackages(sections: Sections): PackageFacts {
  if (sections.text('dpkg') !== undefined) return readApt(sections);
  if (sections.text('rpm') !== undefined) return readDnf(sections);
  return { manager: null, listsAt: null, list: [] };
}

function readApt(sections: Sections): PackageFacts {
  const policies = readPolicies(sections.text('apt-policy') ?? '');
  const listsAt = Math.max(...sections.lines('apt-lists').map((line) => toNumber(line) ?? -1));
  const list: PackageVersion[] = [];
  for (const line of sections.lines('dpkg')) {
    const [state, name, installed] = line.split('\t');
    if (state?.[1] !== 'i' || name === undefined || installed === undefined) continue;
    const policy = policies.get(name);
    list.push({
      name,
      installed,
      candidate: policy?.candidate ?? null,
      held: state.startsWith('h'),
      security: policy?.security ?? false,
    });
  }
  return { manager: 'apt', listsAt: listsAt > 0 ? isoTime(listsAt) : null, list };
}

interface Policy {
  readonly candidate: string | null;
  readonly security: boolean;
}

/** `apt-cache policy`: a block a package; under the candidate's line of the version table stand its repositories. */
function readPolicies(text: string): Map<string, Policy> {
  const policies = new Map<string, Policy>();
  for (const block of text.split(/\n(?=\S)/)) {
    const name = /^(\S+):\n/.exec(block)?.[1];
    const candidate = /^ {2}Candidate: (\S+)$/m.exec(block)?.[1];
    if (name === undefined || candidate === undefined) continue;
    policies.set(name, {
      candidate: candidate === '(none)' ? null : candidate,
      security: originsOf(block, candidate).some((origin) => /-security\b/.test(origin)),
    });
  }
  return policies;
}

function originsOf(block: string, version: string): string[] {
  const origins: string[] = [];
  let inside = false;
  for (const line of block.split('\n')) {
    const entry = /^ (?:\*\*\*|   ) (\S+) \d+/.exec(line);
    if (entry !== null) inside = entry[1] === version;
    else if (inside) origins.push(line);
  }
  return origins;
}

function readDnf(sections: Sections): PackageFacts {
  const status = sections.named('dnf-rc')[0]?.words[0];
  // 0: nothing newer, 100: a list of what is newer; anything else: not known.
  const known = status === '0' || status === '100';
  const newer = new Map<string, string>();
  for (const line of sections.lines('dnf')) {
    const [, name, version] = /^(\S+)\.[\w-]+ +(\d\S*) +\S+ *$/.exec(line) ?? [];
    if (name !== undefined) newer.set(name, version!);
  }
  const held = heldPatterns(sections.text('dnf-held') ?? '');
  const list = sections.lines('rpm').map((line): PackageVersion => {
    const [name = '', full = ''] = line.split('\t');
    const installed = full.replace(/^(\(none\)|0):/, '');
    return {
      name,
      installed,
      candidate: known ? (newer.get(name) ?? installed) : null,
      held: held.has(name),
      security: false,
    };
  });
  return { manager: 'dnf', listsAt: null, list };
}

/** versionlock: `name-epoch:version-release.arch` a line, or (dnf 5) `name = "…"`. */
function heldPatterns(text: string): Set<string> {
  const names = linesOf(text).map((line) => {
    const named = /^name *= *"([^"]+)"/.exec(line)?.[1];
    return named ?? line.replace(/^!.*/, '').replace(/-(\d+:)?[^-]+-[^-]+$/, '');
  });
  return new Set(names.filter((name) => name !== '' && !name.startsWith('#')));
}
