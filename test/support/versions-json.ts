import * as z from 'zod';

/** What `versions --json` prints and snapshots hold; docs/schemas/versions.json is made from it. */
const text = z.string().nullable();
const time = z.iso.datetime().nullable();
const finding = z.strictObject({
  kind: z.enum(['behind', 'restart', 'drift', 'eol', 'note']),
  subject: z.string(),
  text: z.string(),
});
const pendingRestart = z.strictObject({ name: z.string(), from: text, to: text });

const instance = z.strictObject({
  pid: z.int(),
  major: text,
  port: z.int().nullable(),
  dataDirectory: text,
  program: text,
  running: text,
  runningFrom: z.enum(['sql', 'patroni', 'program']).nullable(),
  installed: text,
  replaced: z.boolean().nullable().describe('The program on disk is not the one that runs'),
  startedAt: time,
  installedAt: time,
  role: z.enum(['primary', 'standby']).nullable(),
  systemIdentifier: text,
  checksums: z.boolean().nullable(),
  settings: z.record(z.string(), z.string()),
  pendingRestart: z.array(pendingRestart),
  replacedLibraries: z.array(z.string()),
  extensions: z
    .array(
      z.strictObject({
        name: z.string(),
        version: z.string(),
        available: text.describe('null: its files are missing on this node'),
        databases: z.array(z.string()),
      }),
    )
    .nullable(),
  collations: z
    .array(z.strictObject({ database: z.string(), collation: text, recorded: text, actual: text }))
    .nullable(),
  notes: z.array(z.string()),
  databases: z.strictObject({ total: z.int(), seen: z.int() }).nullable(),
});

const patroni = z.strictObject({
  scope: text,
  name: text,
  running: text,
  installed: text,
  role: text,
  state: text,
  serverVersion: text,
  systemIdentifier: text,
  timeline: z.int().nullable(),
  pendingRestart: z.boolean(),
  pendingRestartReason: z.array(pendingRestart),
  members: z.array(z.string()).nullable(),
  paused: z.boolean(),
});

const facts = z.strictObject({
  at: time,
  os: z.strictObject({ id: z.string(), version: text, name: z.string() }).nullable(),
  kernel: z.strictObject({
    running: text,
    pending: text.describe('The newest installed, when it is not the one that runs'),
    bootedAt: time,
    rebootFor: z.array(z.string()).nullable(),
  }),
  packages: z.strictObject({
    manager: z.enum(['apt', 'dnf']).nullable(),
    listsAt: time,
    list: z.array(
      z.strictObject({
        name: z.string(),
        installed: z.string(),
        candidate: text,
        held: z.boolean(),
        security: z.boolean(),
      }),
    ),
  }),
  instances: z.array(instance),
  patroni: z.array(patroni),
  tools: z.array(
    z.strictObject({
      name: z.string(),
      installed: text,
      running: z.boolean(),
      restartNeeded: z.boolean().nullable(),
      installedAt: time,
    }),
  ),
  probes: z.record(z.string(), text),
  problems: z.array(z.string()),
});

export const auditDocumentSchema = z.strictObject({
  version: z.literal(1),
  at: z.iso.datetime(),
  releaseData: z.iso.date().describe('The day the release data is of'),
  nodes: z.array(z.strictObject({ node: z.string(), facts: facts.nullable(), failure: text })),
  servers: z.array(
    z.strictObject({
      node: z.string(),
      cluster: text,
      port: z.int().nullable(),
      running: text,
      installed: text,
      candidate: text,
      latest: text,
      patroni: text,
      findings: z.array(finding),
    }),
  ),
  drift: z.array(
    z.strictObject({
      cluster: z.string(),
      subject: z.string(),
      values: z.array(z.strictObject({ value: text, nodes: z.array(z.string()) })),
      finding,
    }),
  ),
});
