import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import { replay, exit, type ReplayStep } from '../../support/replay-run.ts';
import { runDocumentSchema, runEventSchema } from '../../support/run-json.ts';

const schemas = new URL('../../../docs/schemas/', import.meta.url).pathname;
const steps: ReplayStep[] = [
  ['n2', Buffer.from('é\r\n').subarray(0, 1)],
  ['n1', 'one\n'],
  ['n2', Buffer.from('é\r\n').subarray(1)],
  ['n1', { stderr: 'warn\u001b[31m"\n' }],
  ['n3', Buffer.from([0x66, 0xff, 0x00, 0xe2])],
  ['n1', exit(3)],
  [
    'n4',
    {
      kind: 'not-started',
      phase: 'dns',
      reason: 'dns-no-such-name',
      message: 'no such name',
      retryable: false,
    },
  ],
  ['n5', 'one\n'],
  ['n6', 'one\n'],
  ['n6', { kind: 'timed-out', afterMs: 1000, remote: 'ended' }],
];

describe('--json', () => {
  test('prints one document with every node’s outcome and exact bytes', async () => {
    const shown = await replay(steps, { json: 'document', gather: true });
    const document = JSON.parse(shown.out) as z.infer<typeof runDocumentSchema>;

    expect(runDocumentSchema.parse(document)).toEqual(document);
    expect(document.nodes.map(({ node, stdout, stderr }) => [node, stdout, stderr])).toEqual([
      ['n2', 'é\r\n', ''],
      ['n1', 'one\n', 'warn\u001b[31m"\n'],
      ['n3', { base64: Buffer.from([0x66, 0xff, 0x00, 0xe2]).toString('base64') }, ''],
      ['n4', '', ''],
      ['n5', 'one\n', ''],
      ['n6', 'one\n', ''],
    ]);
    expect(document.nodes[1]).toMatchObject({ outcome: { kind: 'finished', code: 3 }, durationMs: 12 });
    expect(document.groups.map(({ set }) => set)).toEqual(['n2', 'n3', 'n5', 'n1', 'n6', 'n4']);
    expect(shown.err).toBe(
      'muster: n1: exited with exit code 3\nmuster: n6: command timeout\nmuster: n4: no such name\nmuster: n6: output is partial\n',
    );
  });

  test('prints a document for a run without nodes too', async () => {
    const { out } = await replay([], { json: 'document' });

    expect(JSON.parse(out)).toEqual({ version: 1, nodes: [], groups: [] });
  });

  test('writes long binary output without a break in its base64', async () => {
    const bytes = Buffer.alloc(700_001, 0xfe);
    const { out } = await replay([['n1', bytes]], { json: 'document' });

    const { stdout } = (JSON.parse(out) as z.infer<typeof runDocumentSchema>).nodes[0]!;
    expect(
      Buffer.from((stdout as { base64: string }).base64, 'base64').equals(Buffer.alloc(700_001, 0xfe)),
    ).toBe(true);
  });
});

describe('--json-lines', () => {
  test('prints events as they happen and splits no character', async () => {
    const shown = await replay(steps, { json: 'lines' });
    const events = shown.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as z.infer<typeof runEventSchema>);

    expect(events.map((event) => runEventSchema.parse(event))).toEqual(events);
    expect(
      events.flatMap((event) => (event.event === 'output' ? [[event.node, event.stream, event.data]] : [])),
    ).toEqual([
      ['n1', 'stdout', 'one\n'],
      ['n2', 'stdout', 'é\r\n'],
      ['n1', 'stderr', 'warn\u001b[31m"\n'],
      ['n3', 'stdout', { base64: 'Zv8A' }],
      ['n5', 'stdout', 'one\n'],
      ['n6', 'stdout', 'one\n'],
      ['n3', 'stdout', { base64: '4g==' }],
    ]);
    expect(events[0]).toEqual({ event: 'begin', version: 1, nodes: ['n2', 'n1', 'n3', 'n4', 'n5', 'n6'] });
    expect(events.at(-1)).toEqual({ event: 'end' });
    expect(events.filter(({ event }) => event === 'ended')).toHaveLength(6);
  });
});

describe('the published schemas', () => {
  test.each([
    { file: 'run.json', schema: runDocumentSchema },
    { file: 'run-event.json', schema: runEventSchema },
  ])('$file is what the tests check (MUSTER_UPDATE_SCHEMAS=1 writes it anew)', ({ file, schema }) => {
    const expected = z.toJSONSchema(schema);
    if (process.env['MUSTER_UPDATE_SCHEMAS'] === '1') {
      writeFileSync(`${schemas}${file}`, `${JSON.stringify(expected, undefined, 2)}\n`);
    }

    expect(JSON.parse(readFileSync(`${schemas}${file}`, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(expected)),
    );
  });
});
