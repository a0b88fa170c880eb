import * as z from 'zod';

/** What `--json` and `--json-lines` print; docs/schemas/ is made from these. */
const bytes = z
  .union([z.string(), z.strictObject({ base64: z.base64() })])
  .describe('Text, or base64 when it is not UTF-8');
const fate = z.enum(['ended', 'still-running', 'unknown']);
const outcome = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('finished'),
    code: z.int().min(0).max(255).optional(),
    signal: z.string().optional(),
    truncated: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal('refused'), message: z.string() }),
  z.strictObject({
    kind: z.literal('not-started'),
    phase: z.string(),
    reason: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    retryable: z.boolean(),
    serverSaid: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('timed-out'), afterMs: z.number(), remote: fate }),
  z.strictObject({ kind: z.literal('unknown'), message: z.string() }),
  z.strictObject({ kind: z.literal('cancelled'), remote: fate }),
  z.strictObject({ kind: z.literal('skipped'), because: z.string() }),
]);
const ended = {
  node: z.string(),
  outcome,
  startedAt: z.iso.datetime(),
  durationMs: z.int().min(0).describe('By the monotonic clock, connection included; 0 when never tried'),
};
const stream = z.enum(['stdout', 'stderr']);

export const runDocumentSchema = z
  .strictObject({
    version: z.literal(1),
    nodes: z
      .array(
        z.strictObject({
          ...ended,
          stdout: bytes,
          stderr: bytes,
          stdoutCut: z.string().optional().describe('Why stdout could not be kept to its end'),
          stderrCut: z.string().optional(),
        }),
      )
      .describe('In the order of execution'),
    groups: z
      .array(z.strictObject({ set: z.string(), nodes: z.array(z.string()), stdoutBytes: z.int().min(0) }))
      .describe('Nodes with the same stdout and outcome, in the order of -b'),
  })
  .describe('One run of muster --json');

export const runEventSchema = z
  .discriminatedUnion('event', [
    z.strictObject({ event: z.literal('begin'), version: z.literal(1), nodes: z.array(z.string()) }),
    z.strictObject({ event: z.literal('started'), node: z.string() }),
    z.strictObject({ event: z.literal('output'), node: z.string(), stream, data: bytes }),
    z.strictObject({ event: z.literal('ended'), ...ended, bytes: z.record(stream, z.int().min(0)) }),
    z.strictObject({ event: z.literal('interrupted') }),
    z.strictObject({ event: z.literal('end') }),
  ])
  .describe('One line of muster --json-lines');
