import type { GatheredText } from '../fanout/gather.ts';
import { textOf, type Folded } from './fold-results.ts';

/** One document: each text once, with the nodes that have it. */
export async function showJson(
  { screen, naming }: Folded,
  blocks: readonly { readonly nodes: readonly string[]; readonly text: GatheredText }[],
): Promise<void> {
  await screen.stdout.write('{"texts":[');
  let comma = '';
  for (const { nodes, text } of blocks) {
    const document = { folded: await naming.fold(nodes), count: nodes.length, nodes, text: textOf(text) };
    await screen.stdout.write(comma + JSON.stringify(document));
    comma = ',';
  }
  await screen.stdout.write(']}\n');
}
