import type { CommandTask } from '../fanout/executor.ts';
import type { CommandChannel } from './link.ts';

/**
 * Sends the command its input, or the end of it at once. A write after the channel's end never calls back, so `over`
 * ends the feeding; a command that ends without reading is no error.
 */
export function feedInput(channel: CommandChannel, task: CommandTask, over: Promise<void>): void {
  const { stdin } = channel;
  if (task.stdin === undefined) {
    stdin.end();
    return;
  }
  let stopped = false;
  const stop = Promise.race([over, channel.exited]).then(() => {
    stopped = true;
  });
  const feed = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const bytes of source) {
      if (stopped) return;
      if (stdin.write(bytes)) continue;
      await Promise.race([stop, new Promise((resolve) => stdin.once('drain', resolve))]);
    }
    if (!stopped) stdin.end();
  };
  // a source that fails ends the input, as a broken pipe would
  feed(task.stdin()).catch(() => stdin.end());
}
