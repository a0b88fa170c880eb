/** Takes every occurrence of one text out of a stream of bytes, also where it is split over chunks. */
export interface PromptFilter {
  /** The bytes that are certainly no part of it. */
  feed(chunk: Buffer): Buffer;
  /** What was held back, when nothing follows. */
  flush(): Buffer;
}

/** @param onPrompt called at each occurrence */
export function createPromptFilter(prompt: string, onPrompt: () => void): PromptFilter {
  const wanted = Buffer.from(prompt, 'latin1');
  let held = Buffer.alloc(0);
  return {
    feed(chunk) {
      let bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const passed: Buffer[] = [];
      for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted)) {
        passed.push(bytes.subarray(0, at));
        bytes = bytes.subarray(at + wanted.length);
        onPrompt();
      }
      const begun = begunAtEnd(bytes, wanted);
      held = Buffer.from(bytes.subarray(bytes.length - begun));
      passed.push(bytes.subarray(0, bytes.length - begun));
      return Buffer.concat(passed);
    },
    flush() {
      const rest = held;
      held = Buffer.alloc(0);
      return rest;
    },
  };
}

/** How many bytes at the end may be the beginning of `wanted`. */
function begunAtEnd(bytes: Buffer, wanted: Buffer): number {
  for (let length = Math.min(bytes.length, wanted.length - 1); length > 0; length -= 1) {
    if (bytes.subarray(bytes.length - length).equals(wanted.subarray(0, length))) return length;
  }
  return 0;
}
