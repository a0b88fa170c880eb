import type { Reply } from './ask-member.ts';

/** The JSON a question was answered with; undefined: it was not, or with something else. */
export function jsonOf(reply: Reply | undefined): unknown {
  if (reply === undefined || !('text' in reply)) return undefined;
  try {
    return JSON.parse(reply.text);
  } catch {
    return undefined;
  }
}
