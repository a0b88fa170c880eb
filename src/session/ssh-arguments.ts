import { UserError } from '../errors.ts';
import { splitShellWords } from '../config/shell-words.ts';

/** What the words of an ssh command line ask for. */
export interface SshArguments {
  /** -F */
  readonly configFile?: string;
  /** -o, -p, -i, …, strongest first, as ssh_config keywords. */
  readonly options: readonly (readonly [string, string])[];
  /** -t */
  readonly pty: boolean;
}

/** ssh's options with a value, as ssh_config keywords; ssh(1). */
const withValue: Readonly<Record<string, string>> = {
  p: 'Port',
  i: 'IdentityFile',
  l: 'User',
  J: 'ProxyJump',
  b: 'BindAddress',
  B: 'BindInterface',
  c: 'Ciphers',
  m: 'MACs',
  I: 'PKCS11Provider',
  S: 'ControlPath',
};

/** ssh's switches, as ssh_config keywords. */
const switches: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  4: [['AddressFamily', 'inet']],
  6: [['AddressFamily', 'inet6']],
  A: [['ForwardAgent', 'yes']],
  a: [['ForwardAgent', 'no']],
  C: [['Compression', 'yes']],
  K: [
    ['GSSAPIAuthentication', 'yes'],
    ['GSSAPIDelegateCredentials', 'yes'],
  ],
  k: [['GSSAPIDelegateCredentials', 'no']],
};

/** Keywords whose effect muster never has, and the values that ask for none. In a file they are passed over, as clush turns them off. */
const refused: Readonly<Record<string, string>> = {
  dynamicforward: 'none',
  forkafterauthentication: 'no',
  forwardx11: 'no',
  localcommand: 'none',
  localforward: 'none',
  remoteforward: 'none',
};

/** Switches that change nothing here: no X11, no remote logging of ours, no pseudo-terminal unless asked. */
const without = new Set(['q', 'T', 'x', 'v', 'n']);

/**
 * Reads what clush's -o and clush.conf's ssh_options hold: `-F file`, `-oKey=value`, `-p 2222`; also `Key=value` alone.
 * @throws UserError for anything that would not be honoured
 */
export function readSshArguments(given: readonly string[], from: string, home: string): SshArguments {
  const words = given.map((word) => word.replace(/^~(?=\/|$)/, home));
  const options: [string, string][] = [];
  let configFile: string | undefined;
  let pty = false;
  const add = ([key, value]: readonly [string, string]): void => {
    const keyword = key.toLowerCase();
    const off = refused[keyword];
    if (off !== undefined && off !== value.toLowerCase()) throw notHonoured(key, value, from);
    if (keyword === 'requesttty') pty = ['yes', 'force', 'true'].includes(value.toLowerCase());
    else options.push([key, value]);
  };
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    if (!word.startsWith('-')) {
      add(keyValue(word, from));
      continue;
    }
    for (let at = 1; at < word.length; at += 1) {
      const letter = word[at]!;
      const simple = switches[letter];
      if (simple !== undefined) simple.forEach(add);
      else if (letter === 't') pty = true;
      else if (without.has(letter)) continue;
      else {
        const keyword = withValue[letter];
        if (keyword === undefined && letter !== 'F' && letter !== 'o') throw unknown(`-${letter}`, from);
        const value = at + 1 < word.length ? word.slice(at + 1) : words[++index];
        if (value === undefined) throw new UserError(`${from}: ssh option -${letter} needs a value`);
        if (letter === 'F') configFile = value;
        else add(keyword === undefined ? keyValue(value, from) : [keyword, value]);
        break;
      }
    }
  }
  return { ...(configFile === undefined ? {} : { configFile }), options, pty };
}

/** Splits one -o as a shell would. */
export function splitSshArguments(text: string, from: string): string[] {
  const words = splitShellWords(text);
  if (words === undefined) throw new UserError(`${from}: a quote is never closed in ${JSON.stringify(text)}`);
  return words;
}

function keyValue(text: string, from: string): [string, string] {
  const match = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.+)$/.exec(text);
  if (match === null) throw unknown(text, from);
  return [match[1]!, match[2]!];
}

function unknown(what: string, from: string): UserError {
  return new UserError(`${from}: ${JSON.stringify(what)} is not an ssh option muster can honour`, {
    hint: "Use ssh_config keywords (-o '-oPort=2222') or a file (-o '-F FILE', --ssh-config FILE).",
  });
}

function notHonoured(key: string, value: string, from: string): UserError {
  return new UserError(`${from}: ssh option ${key} ${value} cannot be honoured`, {
    hint: `muster forwards no ports and no displays. ssh does: muster -R exec -w NODES 'ssh -o ${key}=${value} %h COMMAND'`,
  });
}
