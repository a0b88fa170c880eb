import { request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

export interface HttpRequest {
  readonly method?: string;
  readonly body?: unknown;
  readonly timeoutMs?: number;
}

/** One request on a connection of its own; undefined when nothing answers in time. */
export function httpAsk(
  address: string,
  port: number,
  path: string,
  options: HttpRequest = {},
): Promise<HttpAnswer | undefined> {
  const body = options.body === undefined ? undefined : JSON.stringify(options.body);
  return new Promise((resolve) => {
    const asked = request(
      {
        host: address,
        port,
        path,
        method: options.method ?? (body === undefined ? 'GET' : 'POST'),
        agent: false,
        signal: AbortSignal.timeout(options.timeoutMs ?? 2000),
        ...(body === undefined ? {} : { headers: { 'content-length': Buffer.byteLength(body) } }),
      },
      (response) => {
        text(response).then(
          (content) => resolve({ status: response.statusCode ?? 0, text: content }),
          () => resolve(undefined),
        );
      },
    );
    asked.on('error', () => resolve(undefined));
    asked.end(body);
  });
}
