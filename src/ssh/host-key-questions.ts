import type { Prompter } from './prompter.ts';

/** A key nobody knows yet. */
export interface UnknownHostKey {
  readonly node: string;
  /** As in known_hosts. */
  readonly name: string;
  /** `ssh-ed25519 SHA256:…` */
  readonly shown: string;
}

/** Asks about unknown host keys: those that come together are shown on one screen and answered once. */
export interface HostKeyQuestions {
  ask(key: UnknownHostKey): Promise<boolean>;
}

/** Nodes are connected to at the same time: their keys come in within this. */
const gatherMs = 400;

export function createHostKeyQuestions(prompter: Prompter): HostKeyQuestions {
  let waiting: { key: UnknownHostKey; resolve: (yes: boolean) => void }[] = [];
  let asking = false;

  const askAll = async (): Promise<void> => {
    asking = true;
    while (waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, gatherMs));
      const batch = waiting;
      waiting = [];
      const answer = await prompter
        .ask(question(batch.map(({ key }) => key)), { echo: true })
        .catch(() => undefined);
      const yes = /^y(es)?$/i.test(answer?.trim() ?? '');
      for (const { resolve } of batch) resolve(yes);
    }
    asking = false;
  };
  return {
    ask(key) {
      return new Promise((resolve) => {
        waiting.push({ key, resolve });
        if (!asking) void askAll();
      });
    },
  };
}

function question(keys: readonly UnknownHostKey[]): string {
  if (keys.length === 1) {
    const { name, shown } = keys[0]!;
    return `The host key of ${name} is unknown: ${shown}\nConnect and remember it? [y/N] `;
  }
  const width = Math.max(...keys.map(({ name }) => name.length));
  const lines = keys.map(({ name, shown }) => `  ${name.padEnd(width)}  ${shown}\n`);
  return `The host keys of ${keys.length} nodes are unknown:\n${lines.join('')}Connect and remember them? [y/N] `;
}
