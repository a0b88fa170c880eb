import type { FleetHost } from '../shape.ts';
import { notYet, waitFor } from '../wait-for.ts';
import { httpAsk } from './http-ask.ts';

/** Waits until etcd serves its clients. */
export async function waitForEtcd(host: FleetHost, within = 30_000): Promise<void> {
  await waitFor(`etcd on ${host.name} serves clients`, { within, every: 50 }, async () => {
    const answer = await httpAsk(host.address, 2379, '/health', { timeoutMs: 500 });
    return answer?.status === 200 ? true : notYet(answer?.text ?? 'no answer');
  });
}
