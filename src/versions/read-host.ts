import { compareVersions } from './compare-versions.ts';
import type { KernelFacts, OsFacts } from './facts.ts';
import { linesOf, type Sections } from './sections.ts';

/** The node's clock: when it answered and when it booted, in seconds since 1970. */
export interface NodeClock {
  readonly now: number | null;
  readonly booted: number | null;
}

export function readClock(sections: Sections): NodeClock {
  const [now, booted] = sections.lines('time');
  return { now: toNumber(now), booted: toNumber(booted) };
}

export function readOs(sections: Sections): OsFacts | null {
  const text = sections.text('os-release');
  if (text === undefined || text === '') return null;
  const values = new Map<string, string>();
  for (const line of linesOf(text)) {
    const [, key, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
    if (key !== undefined) values.set(key, value!.replace(/^(["'])(.*)\1$/, '$2'));
  }
  // Before os-release there was one line: `CentOS release 6.10 (Final)`.
  const old = /^(\w+).* release ([\d.]+)/.exec(text);
  const id = values.get('ID') ?? old?.[1]?.toLowerCase() ?? 'unknown';
  const release = values.get('VERSION_ID') ?? old?.[2] ?? null;
  const point = sections.text('debian-version')?.trim();
  const version = id === 'debian' && point !== undefined && /^\d+\.\d+$/.test(point) ? point : release;
  const product = (values.get('NAME') ?? old?.[1] ?? id).replace(/ (GNU\/)?Linux$/, '');
  return { id, version, name: release === null ? product : `${product} ${release}` };
}

export function readKernel(sections: Sections, clock: NodeClock): KernelFacts {
  const running = sections.lines('kernel')[0] ?? null;
  const installed = sections.lines('kernels').filter((name) => !/rescue|\.old$/.test(name));
  const newest = installed.toSorted(compareVersions).at(-1);
  const isNewer = running !== null && newest !== undefined && compareVersions(newest, running) > 0;
  const reboot = sections.text('reboot-required');
  return {
    running,
    // A kernel that is not among those installed came from elsewhere: a container's host, for example.
    pending: isNewer && installed.includes(running) ? newest : null,
    bootedAt: isoTime(clock.booted),
    rebootFor: reboot === undefined ? null : [...new Set(linesOf(reboot))].toSorted(),
  };
}

/** Seconds since 1970 as ISO 8601, without fractions. */
export function isoTime(seconds: number | null | undefined): string | null {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return null;
  const date = new Date(Math.floor(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().replace('.000Z', 'Z');
}

export function toNumber(text: string | undefined): number | null {
  if (text === undefined || !/^-?\d+(\.\d+)?$/.test(text)) return null;
  return Number(text);
}
