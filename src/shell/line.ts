import { findSetting } from './settings.ts';
import type { SettingSpec } from './settings.ts';

/** The words after a colon that are no setting. */
export const actionNames = [
  'drop',
  'exec',
  'forget',
  'help',
  'nodes',
  'quit',
  'reconnect',
  'retry',
  'set',
  'state',
  'w',
] as const;
export type ActionName = (typeof actionNames)[number];

/** What one line typed at the prompt asks for. */
export type ShellLine =
  | { readonly kind: 'empty' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'show' }
  | { readonly kind: 'toggle-gather' }
  | {
      readonly kind: 'nodes';
      readonly change: 'add' | 'remove' | 'replace';
      readonly expression: string;
    }
  | { readonly kind: 'local'; readonly command: string }
  | { readonly kind: 'setting'; readonly spec: SettingSpec; readonly argument: string }
  | { readonly kind: 'action'; readonly name: ActionName; readonly argument: string }
  | { readonly kind: 'run'; readonly command: string }
  | { readonly kind: 'mistake'; readonly message: string; readonly hint: string };

/**
 * Reads a line as clush does, by its first character: `?` `+` `-` `@` `=` `!`, then `:` for settings.
 * Case is kept everywhere; only `quit` is read in any case.
 */
export function parseLine(text: string): ShellLine {
  const line = text.trimStart();
  const whole = line.trim();
  if (whole === '') return { kind: 'empty' };
  if (whole.toLowerCase() === 'quit') return { kind: 'quit' };
  if (whole === 'exit' || whole === 'logout') {
    return mistake(
      `'${whole}' was not sent: it would only end a shell on the nodes that ends anyway`,
      `Type quit, or press Ctrl-D, to leave. ":exec ${whole}" sends it all the same.`,
    );
  }
  const rest = whole.slice(1).trim();
  switch (line[0]) {
    case '?':
      if (rest === '') return { kind: 'show' };
      return mistake(`"${whole}" is not understood`, 'Type ? alone to see the nodes, :help for help.');
    case '=':
      if (rest === '') return { kind: 'toggle-gather' };
      return mistake(`"${whole}" is not understood`, 'Type = alone to switch between gathered and live.');
    case '+':
      if (rest === '') return mistake('+ needs the nodes to add', 'For example: +node4 or +@etcd');
      return { kind: 'nodes', change: 'add', expression: rest };
    case '-':
      if (rest === '') return mistake('- needs the nodes to remove', 'For example: -node4 or -@etcd');
      return { kind: 'nodes', change: 'remove', expression: rest };
    case '@':
      return replaceLine(whole, rest);
    case '!':
      if (rest === '') return mistake('! needs a command for this machine', 'For example: !date');
      return { kind: 'local', command: rest };
    case ':':
      if (rest === '') return mistake(': needs a word', 'Type :help for the list.');
      // `: >file` is the shell's own colon, for the nodes.
      return /^:[a-z]/iu.test(whole) ? colonLine(rest) : { kind: 'run', command: line };
    case '–':
    case '—':
    case '−':
      return mistake(
        `"${whole}" starts with a dash from a text, not with a hyphen`,
        `Type it again with the hyphen of the keyboard: -${rest}`,
      );
    default:
      return { kind: 'run', command: line };
  }
}

/** `@patroni` is the group. clush reads the text after the first @, so its users type `@@patroni`: the same here. */
function replaceLine(whole: string, rest: string): ShellLine {
  if (rest === '' || rest === '@') {
    return mistake(
      `${whole} names no group`,
      'For example: @patroni for a group, @* for all nodes, ":w node[1-3]" for nodes.',
    );
  }
  const expression = rest.startsWith('@') ? rest : whole;
  return { kind: 'nodes', change: 'replace', expression };
}

function colonLine(rest: string): ShellLine {
  const [, word = '', argument = ''] = /^(\S*)\s*(.*)$/su.exec(rest) ?? [];
  if (word === 'w') {
    if (argument === '') return mistake(':w needs nodes', 'For example: :w node[1-3] or :w @etcd');
    return { kind: 'nodes', change: 'replace', expression: argument };
  }
  if (word === 'set' && argument !== '') {
    const [, name = '', value = ''] = /^:?(\S*)\s*(.*)$/su.exec(argument) ?? [];
    return settingLine(name, value);
  }
  if (word === 'q!' || word === 'wq') return { kind: 'quit' };
  const action = actionNames.find((name) => name === word);
  if (action === 'quit') return { kind: 'quit' };
  if (action === 'exec') {
    if (argument === '') return mistake(':exec needs a command', 'For example: :exec uname -r');
    return { kind: 'run', command: argument };
  }
  if (action !== undefined) return { kind: 'action', name: action, argument };
  return settingLine(word, argument);
}

function settingLine(word: string, argument: string): ShellLine {
  // `:f8` is what people type who know `-f8`.
  const glued = /^([fut])(\d[\d.]*)$/u.exec(word);
  const spec = findSetting(glued?.[1] ?? word);
  if (spec === undefined) {
    return mistake(`:${word} is not a command of this shell`, 'Type :help for the list.');
  }
  return { kind: 'setting', spec, argument: (glued?.[2] ?? argument).trim() };
}

function mistake(message: string, hint: string): ShellLine {
  return { kind: 'mistake', message, hint };
}
