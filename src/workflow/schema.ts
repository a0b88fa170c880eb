import { z } from 'zod';
import { parseDuration } from '../config/duration.ts';

/** The language of workflow files. The published JSON schema is docs/schemas/workflow.json. */
const duration = z
  .union([z.string(), z.number()])
  .refine((value) => parseDuration(String(value)) !== undefined, 'not a duration, as in 30s or 5m');
const command = z.string().min(1);
const identifier = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dots and dashes')
  .max(40);

const gate = z.union([
  command,
  z.strictObject({ command }),
  z.strictObject({ ready: z.string() }),
  z.strictObject({ http: z.string().regex(/^https?:\/\//, 'not an http address') }),
]);

const step = z.strictObject({
  id: identifier,
  title: z.string().optional(),
  on: z.enum(['each', 'leader', 'replica', 'once']).default('each'),
  run: command,
  check: command.optional(),
  undo: command.optional(),
  until: gate.optional(),
  timeout: duration.default('15m'),
  retries: z.number().int().min(0).max(10).default(0),
  reboots: z.boolean().default(false),
  sudo: z.boolean().optional(),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).optional(),
});

export const workflowSchema = z
  .strictObject({
    name: z.string().min(1),
    description: z.string().optional(),
    sudo: z.boolean().default(false),
    order: z.enum(['listed', 'sorted', 'reversed', 'shuffled']).optional(),
    per: z.string().optional(),
    batch: z.union([z.string(), z.number()]).optional(),
    parallel: z.number().int().min(1).optional(),
    max_failures: z.union([z.string(), z.number()]).optional(),
    on_failure: z.enum(['stop', 'finish-batch']).optional(),
    soak: duration.optional(),
    window: z.string().optional(),
    confirm: z.enum(['each', 'batch', 'none']).optional(),
    gates: z
      .strictObject({
        before: z.array(gate).default([]),
        after: z.array(gate).default([]),
        timeout: duration.optional(),
        successes: z.number().int().min(1).optional(),
        every: duration.optional(),
      })
      .optional(),
    steps: z.array(step).min(1),
  })
  .refine(({ steps }) => new Set(steps.map(({ id }) => id)).size === steps.length, {
    message: 'two steps have the same id',
    path: ['steps'],
  });

export type Workflow = z.infer<typeof workflowSchema>;
export type WorkflowStep = Workflow['steps'][number];
