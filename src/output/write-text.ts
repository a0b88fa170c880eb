import { StringDecoder } from 'node:string_decoder';
import type { GatheredText } from '../fanout/gather.ts';
import { makeVisible } from './printable.ts';
import type { Screen } from './screen.ts';

/** Writes a gathered text to stdout piece by piece, safe for a terminal, holding back while the reader is slow. */
export async function writeText(screen: Screen, text: GatheredText): Promise<void> {
  if (!screen.mends.stdout) {
    for (const piece of text.read()) {
      await screen.stdout.write(Buffer.from(piece));
    }
    return;
  }
  const decoder = new StringDecoder('utf8');
  for (const piece of text.read()) {
    await screen.stdout.write(makeVisible(decoder.write(piece)));
  }
  const torn = decoder.end();
  if (torn !== '') {
    await screen.stdout.write(makeVisible(torn));
  }
}
