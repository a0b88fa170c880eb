import { readFileSync } from 'node:fs';
import type { NodeFacts } from '../../../src/versions/facts.ts';
import { makeProbe } from '../../../src/versions/probe.ts';
import { readNodeFacts } from '../../../src/versions/read-node-facts.ts';
import { readSections } from '../../../src/versions/sections.ts';

/** What the collector printed on a real host, with `abc` for its marks. */
export type Capture = 'debian-behind' | 'no-rights' | 'patroni-member-upgraded' | 'proxy' | 'stopped';

export function captureText(name: Capture): string {
  return readFileSync(new URL(`captures/${name}.txt`, import.meta.url), 'utf8');
}

export function readCapture(name: Capture): NodeFacts {
  return readText(captureText(name));
}

export function readText(text: string): NodeFacts {
  return readNodeFacts(readSections(text, 'abc'), [
    makeProbe('haproxy', 'haproxy -v | head -1'),
    makeProbe('broken', 'no-such-command'),
  ]);
}
