import { secretForms } from './secret-forms.ts';
import { announcesSecret, maskPatterns } from './secret-patterns.ts';

/** What stands where a secret was. */
export const mask = '***';

/**
 * Takes secrets out of what is recorded: by value, for every secret registered when it was entered, and by pattern,
 * for those the tool never learned about. Registering later protects what is written later.
 */
export interface Redactor {
  /** Empty secrets are ignored. */
  register(secret: string): void;
  text(text: string): string;
  /** A command line already split into words: `--password`, then its value. */
  words(words: readonly string[]): string[];
  /**
   * Remote output: by value only, bytes that belong to no secret are untouched.
   * `isCut`: there was more; an end that is the beginning of a secret is taken away.
   */
  bytes(bytes: Buffer, isCut?: boolean): Buffer;
}

export function createRedactor(secrets: Iterable<string> = []): Redactor {
  const forms = new Set<string>();
  const register = (secret: string): void => {
    for (const form of secretForms(secret)) forms.add(form);
  };
  for (const secret of secrets) register(secret);
  const text = (text: string): string => maskPatterns(maskForms(text, forms), mask);
  return {
    register,
    text,
    words(words) {
      return words.map((word, index) => (announcesSecret(words[index - 1] ?? '') ? mask : text(word)));
    },
    bytes(bytes, isCut = false) {
      if (forms.size === 0) return bytes;
      const byteForms = [...forms].map((form) => Buffer.from(form).toString('latin1'));
      const before = bytes.toString('latin1');
      const masked = maskForms(before, byteForms);
      const after = isCut ? withoutBegunForm(masked, byteForms) : masked;
      return after === before ? bytes : Buffer.from(after, 'latin1');
    },
  };
}

/** Every occurrence of every form, overlapping ones included, becomes one mask. */
function maskForms(text: string, forms: Iterable<string>): string {
  const spans: { start: number; end: number }[] = [];
  for (const form of forms) {
    for (let start = text.indexOf(form); start !== -1; start = text.indexOf(form, start + 1)) {
      spans.push({ start, end: start + form.length });
    }
  }
  if (spans.length === 0) return text;
  spans.sort((a, b) => a.start - b.start);
  let masked = '';
  let end = 0;
  for (const span of spans) {
    if (span.start >= end) masked += `${text.slice(end, span.start)}${mask}`;
    end = Math.max(end, span.end);
  }
  return masked + text.slice(end);
}

function withoutBegunForm(text: string, forms: readonly string[]): string {
  let end = text.length;
  for (const form of forms) {
    for (let length = Math.min(form.length - 1, text.length); length > text.length - end; length -= 1) {
      if (text.endsWith(form.slice(0, length))) end = text.length - length;
    }
  }
  return text.slice(0, end);
}
