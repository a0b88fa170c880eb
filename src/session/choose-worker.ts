import { UserError } from '../errors.ts';

/**
 * Where commands run: on the nodes over SSH; on this machine, once for each node; or on the gateway of each node.
 * The last is clush's `--remote=no` in tree mode; without a topology that is the exec worker, as in clush.
 */
export type Worker = 'ssh' | 'exec' | 'gateway';

const notSupported: Readonly<Record<string, string>> = {
  rsh: "rsh encrypts nothing and tells no exit codes. To start it all the same: muster -R exec -w NODES 'rsh %h COMMAND'",
  pdsh: "muster keeps many nodes busy by itself. To start pdsh: muster -R exec -w NODES 'pdsh -w %hosts COMMAND'",
};

/** @throws UserError for a worker of ClusterShell's that has no counterpart here */
export function chooseWorker(
  flags: { readonly worker?: string | undefined; readonly remote?: string | undefined },
  hasRoutes: boolean,
): Worker {
  const { worker } = flags;
  if (worker !== undefined && worker !== 'ssh' && worker !== 'exec') {
    throw new UserError(`-R ${worker} is not supported`, {
      hint:
        notSupported[worker] ??
        'Workers are ssh (the default) and exec; ClusterShell’s Python modules cannot be loaded.',
    });
  }
  if (worker === 'exec' || flags.remote !== 'no') return worker ?? 'ssh';
  return hasRoutes ? 'gateway' : 'exec';
}
