import { TextDecoder } from 'node:util';
import type { GatheredText } from '../fanout/gather.ts';

/** Bytes in JSON: text when they are UTF-8, else `{"base64": …}`. */
export type JsonBytes = string | { readonly base64: string };

/** Pieces of JSON for a text of any length: a string, or an object with base64. */
export function* jsonOfText(text: GatheredText): Generator<string> {
  if (!isUtf8Text(text)) {
    yield '{"base64":"';
    yield* base64Pieces(text);
    yield '"}';
    return;
  }
  const decoder = strictDecoder();
  yield '"';
  for (const piece of text.read()) {
    yield JSON.stringify(decoder.decode(piece, { stream: true })).slice(1, -1);
  }
  yield '"';
}

function strictDecoder(): TextDecoder {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
}

function isUtf8Text(text: GatheredText): boolean {
  const decoder = strictDecoder();
  try {
    for (const piece of text.read()) {
      decoder.decode(piece, { stream: true });
    }
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}

/** Base64 turns three bytes into four letters: only whole triples until the end. */
function* base64Pieces(text: GatheredText): Generator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for (const piece of text.read()) {
    const bytes = Buffer.concat([rest, piece]);
    const whole = bytes.length - (bytes.length % 3);
    yield bytes.toString('base64', 0, whole);
    rest = bytes.subarray(whole);
  }
  yield rest.toString('base64');
}
