import { ConfigError, type Place } from '../config/config-error.ts';
import { printable } from '../config/ini.ts';

/** Characters a name in an inventory may have here: those of host names, addresses and `user@`-less aliases. */
const plainName = /^[A-Za-z0-9_][A-Za-z0-9_.:%-]*$/;
const mostNames = 100_000;

/**
 * The names of one inventory entry: `db[01:50].example.com`, `web-[a:f]`, `n[1:9:2]`; a port after it is dropped
 * (`mail:2222`, `[2001:db8::1]:22`), ssh's own configuration knows it.
 */
export function ansibleHosts(text: string, place: Place): string[] {
  const address = /^\[([0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.%\w]*)\](?::\d+)?$/.exec(text)?.[1];
  const names = address === undefined ? expand(withoutPort(text), place) : [address];
  const odd = names.find((name) => !plainName.test(name));
  if (odd !== undefined) {
    throw new ConfigError(place, `"${printable(odd)}" cannot be the name of a node`);
  }
  return names;
}

/** `name:22` has a port, `2001:db8::1` has none. */
function withoutPort(text: string): string {
  return /^[^:]*(?:\[[^\]]*\][^:[]*)*:\d+$/.test(text) ? text.slice(0, text.lastIndexOf(':')) : text;
}

function expand(text: string, place: Place): string[] {
  let names = [''];
  let rest = text;
  for (let range = nextRange(rest); range !== undefined; range = nextRange(rest)) {
    const { before, inside, after } = range;
    const values = rangeValues(inside, place);
    if (names.length * values.length > mostNames) {
      throw new ConfigError(place, `"${printable(text)}" stands for more than ${mostNames} names`);
    }
    names = names.flatMap((name) => values.map((value) => name + before + value));
    rest = after;
  }
  return names.map((name) => name + rest);
}

function nextRange(text: string): { before: string; inside: string; after: string } | undefined {
  const found = /^([^[]*)\[([^\]]*)\](.*)$/s.exec(text);
  return found === null ? undefined : { before: found[1]!, inside: found[2]!, after: found[3]! };
}

/** Both ends are included. `01:10` keeps the width; letters run from a to z or A to Z. */
function rangeValues(inside: string, place: Place): string[] {
  const [from = '', to = '', step = '1', ...more] = inside.split(':');
  const bad = () =>
    new ConfigError(place, `bad range "[${printable(inside)}]"`, {
      hint: 'Ranges are written [1:9], [01:20:2] or [a:f].',
    });
  const by = Number(step);
  if (more.length > 0 || !/^\d{1,9}$/.test(step) || by < 1) {
    throw bad();
  }
  if (/^[A-Za-z]$/.test(from) && /^[A-Za-z]$/.test(to)) {
    return sequence(from.charCodeAt(0), to.charCodeAt(0), by, bad).map((code) => String.fromCharCode(code));
  }
  const first = from === '' ? '0' : from;
  if (!/^\d{1,9}$/.test(first) || !/^\d{1,9}$/.test(to)) {
    throw bad();
  }
  const padded = first.length > 1 && first.startsWith('0');
  if (padded && first.length !== to.length) {
    throw bad();
  }
  return sequence(Number(first), Number(to), by, bad).map((value) =>
    padded ? String(value).padStart(first.length, '0') : String(value),
  );
}

function sequence(from: number, to: number, by: number, bad: () => ConfigError): number[] {
  if (from > to || (to - from) / by > mostNames) {
    throw bad();
  }
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);
}
