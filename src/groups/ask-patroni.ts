import { readFileSync } from 'node:fs';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { ClusterAnswer } from './patroni-cluster.ts';

/** How the REST API of a cluster's members is reached. */
export interface PatroniAccess {
  readonly protocol: 'http' | 'https';
  readonly port: number;
  /** Milliseconds for one whole answer. */
  readonly timeoutMs: number;
  /** Files, absolute: the authority that signed the servers' certificates, and a certificate for `verify_client: required`. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

const largestAnswer = 1024 * 1024;

/** Asks `GET /cluster` of one node; throws an Error whose message says what came instead. */
export async function askCluster(node: string, access: PatroniAccess): Promise<ClusterAnswer> {
  const signal = AbortSignal.timeout(access.timeoutMs);
  try {
    return await exchange(node, access, signal);
  } catch (error) {
    if (signal.aborted) throw new Error(`no answer within ${access.timeoutMs / 1000} s`, { cause: error });
    throw error;
  }
}

function exchange(node: string, access: PatroniAccess, signal: AbortSignal): Promise<ClusterAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ClusterAnswer>();
  const read = (file: string | undefined): Buffer | undefined =>
    file === undefined ? undefined : readFileSync(file);
  const where = { host: node, port: access.port, path: '/cluster', agent: false, signal } as const;
  const onAnswer = (response: IncomingMessage): void => {
    const address = response.socket.remoteAddress;
    void textOf(response).then((text) => resolve({ node, address, text }), reject);
  };
  const asked =
    access.protocol === 'http'
      ? requestHttp(where, onAnswer)
      : requestHttps(
          { ...where, ca: read(access.ca), cert: read(access.cert), key: read(access.key) },
          onAnswer,
        );
  asked.on('error', reject);
  asked.end();
  return promise;
}

async function textOf(response: IncomingMessage): Promise<string> {
  if (response.statusCode !== 200) {
    response.destroy();
    throw new Error(`answered ${response.statusCode}`);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestAnswer) throw new Error('answered more than 1 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
