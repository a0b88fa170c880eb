import { ConfigError, type Place } from './config-error.ts';

/** One value as written, with the line its key stands on. */
export interface IniValue extends Place {
  readonly value: string;
}

/** Keys (lower case) to values, in the order written. */
export type IniSection = ReadonlyMap<string, IniValue>;

/** Section names (case kept) to sections, in the order written. Values of `[DEFAULT]` are already in every section. */
export type IniDocument = ReadonlyMap<string, IniSection>;

/**
 * Reads the dialect of Python's ConfigParser, which ClusterShell's files are written in: `key: value` or `key = value`,
 * values continued on deeper indented lines, whole-line comments with `#` or `;`, case-insensitive keys.
 * A section or a key given twice is an error, as there. Values are raw: see `interpolate`.
 */
export function parseIni(text: string, file: string): IniDocument {
  const sections = new Map<string, Map<string, IniValue>>();
  let section: Map<string, IniValue> | undefined;
  let open: OpenValue | undefined;

  const close = () => {
    if (open !== undefined) {
      open.section.set(open.key, { value: open.lines.join('\n').trimEnd(), file, line: open.line });
      open = undefined;
    }
  };

  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = index + 1;
    const content = raw.trim();
    if (content === '') {
      open?.lines.push('');
      continue;
    }
    if (content.startsWith('#') || content.startsWith(';')) {
      continue;
    }
    const indent = raw.length - raw.trimStart().length;
    if (open !== undefined && indent > open.indent) {
      open.lines.push(content);
      continue;
    }
    close();

    const header = /^\[(.+)\]/.exec(content)?.[1];
    if (header !== undefined) {
      if (sections.has(header) && header !== 'DEFAULT') {
        throw new ConfigError({ file, line }, `section [${header}] is given twice`);
      }
      section = sections.get(header) ?? new Map<string, IniValue>();
      sections.set(header, section);
      continue;
    }
    if (section === undefined) {
      throw new ConfigError({ file, line }, 'a [section] line must come before the first key');
    }
    const parts = /^(.*?)\s*[:=]\s*(.*)$/.exec(content);
    const key = parts?.[1]?.toLowerCase();
    if (!key) {
      throw new ConfigError({ file, line }, `expected "key: value", found "${printable(content)}"`);
    }
    if (section.has(key)) {
      throw new ConfigError({ file, line }, `key "${key}" is given twice in its section`);
    }
    open = { section, key, lines: [parts?.[2] ?? ''], line, indent };
    section.set(key, { value: '', file, line });
  }
  close();
  return withDefaults(sections);
}

interface OpenValue {
  readonly section: Map<string, IniValue>;
  readonly key: string;
  readonly lines: string[];
  readonly line: number;
  readonly indent: number;
}

function withDefaults(sections: Map<string, Map<string, IniValue>>): IniDocument {
  const defaults = sections.get('DEFAULT');
  if (defaults === undefined) {
    return sections;
  }
  sections.delete('DEFAULT');
  for (const [name, section] of sections) {
    sections.set(name, new Map([...section, ...[...defaults].filter(([key]) => !section.has(key))]));
  }
  return sections;
}

/** Merges documents key by key; later ones win. Sections keep the place of their first appearance. */
export function mergeIni(documents: readonly IniDocument[]): IniDocument {
  const merged = new Map<string, Map<string, IniValue>>();
  for (const document of documents) {
    for (const [name, section] of document) {
      const target = merged.get(name) ?? new Map<string, IniValue>();
      merged.set(name, target);
      for (const [key, value] of section) {
        target.set(key, value);
      }
    }
  }
  return merged;
}

/** ConfigParser's interpolation: `%%` is a percent sign, `%(key)s` another key of the same section. */
export function interpolate(value: IniValue, section: IniSection, depth = 0): string {
  if (!value.value.includes('%')) {
    return value.value;
  }
  if (depth > 10) {
    throw new ConfigError(value, 'the %(key)s references go in a circle');
  }
  return value.value.replaceAll(/%(?:(%)|\(([^()]*)\)s)?/g, (_match, percent?: string, key?: string) => {
    if (percent !== undefined) {
      return '%';
    }
    if (key === undefined) {
      throw new ConfigError(value, `a lone "%" in "${printable(value.value)}"`, {
        hint: 'Write %% for a percent sign.',
      });
    }
    const other = section.get(key.toLowerCase());
    if (other === undefined) {
      throw new ConfigError(value, `%(${printable(key)})s names a key that does not exist`);
    }
    return interpolate(other, section, depth + 1);
  });
}

/** Text from a file inside a message: control characters made visible, cut at 80 characters. */
export function printable(text: string): string {
  const visible = text.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return visible.length > 80 ? `${visible.slice(0, 79)}…` : visible;
}
