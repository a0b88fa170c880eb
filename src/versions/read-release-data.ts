import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ConfigError } from '../config/config-error.ts';
import { readOptionalFile } from '../config/read-config.ts';
import type { ReleaseData } from './release-data.ts';

const day = z.iso.date();
const support = z.strictObject({
  eol: day.optional(),
  extended: day.optional(),
  latest: z.string().optional(),
});
const major = z.strictObject({
  first: day,
  eol: day,
  latest: z.string(),
  date: day.optional(),
  security: z.boolean().optional(),
});
const note = z.strictObject({
  // It becomes part of a question in SQL.
  id: z.string().regex(/^[a-z0-9-]+$/, 'small letters, digits and hyphens'),
  from: z.record(z.string().regex(/^\d+(\.\d+)?$/), z.string()),
  until: z.record(z.string(), z.string()).optional(),
  severity: z.enum(['stops-working', 'may-crash', 'check']),
  text: z.string(),
  scope: z.enum(['server', 'database']),
  sql: z.string(),
  source: z.string(),
});

/** What a file of release data may hold: the whole, or a part that is laid over what is known. */
const part = z.strictObject({
  schema: z.literal(1),
  asOf: day.optional(),
  sources: z.array(z.string()).optional(),
  postgresql: z.record(z.string(), major).optional(),
  os: z.record(z.string(), support).optional(),
  tools: z.record(z.string(), support).optional(),
  notes: z.array(note).optional(),
});

type ReleaseDataPart = z.infer<typeof part>;

/**
 * The user's own release data over the bundled one: every `*.json` of `folder` in the order of their names, then `file`.
 * Entries replace those of the same key; notes replace those of the same id.
 * @throws ConfigError for a file that is missing or does not fit
 */
export function overrideReleaseData(
  bundled: ReleaseData,
  folder: string,
  file: string | undefined,
): ReleaseData {
  const files = [...filesOf(folder), ...(file === undefined ? [] : [file])];
  return files.reduce((data, path) => merge(data, readPart(path)), bundled);
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .toSorted()
      .map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new ConfigError({ file: folder, line: 0 }, 'cannot be read', { cause: error });
  }
}

function readPart(file: string): ReleaseDataPart {
  const text = readOptionalFile(file);
  if (text === undefined) throw new ConfigError({ file, line: 0 }, 'no such file');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigError({ file, line: 0 }, error instanceof Error ? error.message : 'not JSON', {
      cause: error,
    });
  }
  const read = part.safeParse(value);
  if (read.success) return read.data;
  const issue = read.error.issues[0]!;
  throw new ConfigError({ file, line: 0 }, `${issue.path.join('.') || 'the document'}: ${issue.message}`);
}

function merge(data: ReleaseData, over: ReleaseDataPart): ReleaseData {
  const replaced = new Set(over.notes?.map(({ id }) => id));
  return {
    schema: 1,
    asOf: over.asOf ?? data.asOf,
    sources: [...data.sources, ...(over.sources ?? [])],
    postgresql: { ...data.postgresql, ...over.postgresql },
    os: { ...data.os, ...over.os },
    tools: { ...data.tools, ...over.tools },
    notes: [...data.notes.filter(({ id }) => !replaced.has(id)), ...(over.notes ?? [])],
  };
}
