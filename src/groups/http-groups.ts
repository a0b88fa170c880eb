import { z } from 'zod';
import { UserError } from '../errors.ts';
import { printable } from '../config/ini.ts';
import { splitGroupWords } from './group-words.ts';
import type { StaticGroup } from './static-source.ts';

/** Where groups are fetched from. */
export interface HttpGroupsOptions {
  readonly source: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for the whole answer. */
  readonly timeoutMs: number;
}

/** The answer: every group a node set or a list of node sets. */
const answerSchema = z.record(z.string(), z.union([z.string(), z.array(z.string())]));
const largestAnswer = 16 * 1024 * 1024;

/** Fetches `{"group": ["node", …]}` or `{"group": "node set"}`. Anything else than such an answer is an error. */
export async function fetchHttpGroups(options: HttpGroupsOptions): Promise<StaticGroup[]> {
  const origin = withoutCredentials(options.url);
  const fail = (problem: string, cause?: unknown) =>
    new UserError(`group source "${options.source}": ${origin} ${problem}`, { code: 'GROUP_SOURCE', cause });
  const text = await fetchText(options, fail);

  const answer = answerSchema.safeParse(parseJson(text, fail));
  if (!answer.success) {
    throw fail(`did not answer {"group": ["node", …]}: ${z.prettifyError(answer.error).split('\n', 1)[0]}`);
  }
  return Object.entries(answer.data).map(([name, value]) => ({
    name,
    expressions: [value]
      .flat()
      .flatMap((word) => splitGroupWords(word, `group @${options.source}:${name}`, origin)),
    place: { file: origin, line: 0 },
  }));
}

type Fail = (problem: string, cause?: unknown) => UserError;

async function fetchText(options: HttpGroupsOptions, fail: Fail): Promise<string> {
  const url = new URL(options.url);
  const headers = new Headers({ accept: 'application/json', ...options.headers });
  if (url.username !== '') {
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`);
    url.username = '';
    url.password = '';
  }
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(options.timeoutMs) });
    if (!response.ok) {
      await response.body?.cancel();
      throw fail(`answered ${response.status} ${printable(response.statusText)}`.trimEnd());
    }
    return await readAll(response, fail);
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
    throw fail(
      timedOut ? `did not answer within ${options.timeoutMs / 1000} s` : `failed: ${reason(error)}`,
      error,
    );
  }
}

async function readAll(response: Response, fail: Fail): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > largestAnswer) {
      throw fail(`answered more than ${largestAnswer / 1024 / 1024} MB`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string, fail: Fail): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fail('did not answer JSON', error);
  }
}

/** fetch hides the reason in the cause of "fetch failed". */
function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? printable(cause.message || cause.name) : 'for an unknown reason';
}

/** The address for messages and listings: without name and password, and without the query, which may hold a key. */
export function withoutCredentials(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
