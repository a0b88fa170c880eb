/** One stop of the tour. */
export interface TourStep {
  /** One or two sentences for the reader, before the command. */
  readonly say: string;
  /** The command line as one would type it: `muster` and its arguments, not yet quoted for a shell. */
  readonly argv: readonly string[];
}

/**
 * The scripted tour of the demo: the talk's minor upgrade, from 9.6.11 to 9.6.12, one node at a time. Steps change the
 * nodes, so they are to be run in this order.
 */
export const tour: readonly TourStep[] = [
  {
    say: 'Eight nodes, in groups: @patroni is six databases, @cluster:69 and @cluster:70 are three each. Groups can be combined.',
    argv: ['muster', 'nodes', '-f', '@patroni&@cluster:69'],
  },
  {
    say: 'One command on all databases. Nodes that say the same are shown together.',
    argv: ['muster', '-bw', '@patroni', "psql -c 'show server_version;'"],
  },
  {
    say: 'One of them runs another kernel; gathering makes it stand out.',
    argv: ['muster', '-bw', '@patroni', 'uname -r'],
  },
  {
    say: 'Who leads? Two clusters, so two answers are expected; one node each is enough to ask.',
    argv: ['muster', '-bw', 'node1,node4', 'patronictl list'],
  },
  {
    say: 'A newer minor version is waiting. Replicas first, the leader last: nodes run in the order written, one at a time with -f 1.',
    argv: ['muster', '-f', '1', '-bw', 'node2,node3,node1', 'sudo apt-get upgrade -y'],
  },
  {
    say: 'Cluster 69 is done, cluster 70 still runs the old version.',
    argv: ['muster', '-bw', '@patroni', "psql -c 'show server_version;'"],
  },
  {
    say: 'Failures are results: each node says what happened, and the exit status is not zero.',
    argv: ['muster', '-bw', '@haproxy', 'failing'],
  },
  {
    say: 'A time limit ends the command on the nodes too, and keeps what came until then.',
    argv: ['muster', '-u', '3', '-bw', '@cluster:70', 'slow 30'],
  },
];
