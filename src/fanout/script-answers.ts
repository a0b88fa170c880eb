/** One answer of a script on a node: the letter, and the words after it. */
export interface Answer {
  readonly letter: string;
  readonly words: string;
}

/** What a script on a node says, as it arrives. */
export interface AnswerReader {
  /** Bytes of standard output, cut anywhere. */
  push(chunk: Buffer): void;
}

const newline = 0x0a;
/** Longer than any answer: what a login shell says without a line's end is not kept. */
const longestLine = 65_536;

/**
 * Reads lines `NONCE LETTER WORDS`; after `O BYTES` come so many bytes of output, passed on as they arrive.
 * Other lines are a login shell's chatter and are dropped.
 */
export function readAnswers(
  nonce: string,
  on: { answer(answer: Answer): void; output(chunk: Buffer): void },
): AnswerReader {
  let line = Buffer.alloc(0);
  let outputLeft = 0;

  const read = (text: string): void => {
    // Chatter without a newline at its end shares the first line with the first answer.
    const begin = text.indexOf(`${nonce} `);
    if (begin === -1) return;
    const rest = text.slice(begin + nonce.length + 1);
    const answer = { letter: rest.slice(0, 1), words: rest.slice(2) };
    if (answer.letter === 'O') outputLeft = Number(answer.words);
    else on.answer(answer);
  };

  return {
    push(chunk) {
      let rest = chunk;
      while (rest.length > 0) {
        if (outputLeft > 0) {
          const piece = rest.subarray(0, outputLeft);
          outputLeft -= piece.length;
          rest = rest.subarray(piece.length);
          on.output(piece);
          continue;
        }
        const end = rest.indexOf(newline);
        if (end === -1) {
          if (line.length < longestLine) line = Buffer.concat([line, rest]);
          return;
        }
        const text = Buffer.concat([line, rest.subarray(0, end)]).toString();
        line = Buffer.alloc(0);
        rest = rest.subarray(end + 1);
        read(text);
      }
    },
  };
}
