import { restPort } from '../roles/patroni.ts';
import type { FleetHost } from '../shape.ts';
import { httpAsk } from './http-ask.ts';

export interface RestRequest {
  /** Default GET, with a body POST. */
  readonly method?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Milliseconds for the whole exchange; default 2000. */
  readonly timeoutMs?: number;
}

export interface RestAnswer {
  readonly status: number;
  /** Parsed when it is JSON, else the text. */
  readonly body: unknown;
}

/** Asks a host's Patroni from this machine, by the network; undefined when it does not answer. */
export async function patroniRest(
  host: FleetHost,
  path: string,
  options: RestRequest = {},
): Promise<RestAnswer | undefined> {
  const answer = await httpAsk(host.address, restPort, path, options);
  return answer === undefined ? undefined : { status: answer.status, body: parsed(answer.text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
