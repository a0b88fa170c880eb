import type { ProgramContext } from '../sh/shell.ts';

/** `dpkg -l [package…]`, `dpkg -s package`, `dpkg --print-architecture`. */
export async function dpkg({ args, node, stdout, stderr }: ProgramContext): Promise<number> {
  const [action, ...names] = args;
  if (action === '--print-architecture') {
    await stdout.write('amd64\n');
    return 0;
  }
  if (action !== '-l' && action !== '-s' && action !== '--list' && action !== '--status') {
    await stderr.write('dpkg: error: need an action option\n');
    return 2;
  }
  const patterns = names.map(wildcard);
  const found = node.packages.filter(
    ({ name }) => names.length === 0 || patterns.some((pattern) => pattern.test(name)),
  );
  if (found.length === 0) {
    await stderr.write(`dpkg-query: no packages found matching ${names[0]}\n`);
    return 1;
  }
  if (action.startsWith('-s') || action === '--status') {
    const blocks = found.map(
      ({ name, installed, summary }) =>
        `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${installed}\nDescription: ${summary}\n`,
    );
    await stdout.write(blocks.join('\n'));
    return 0;
  }
  const rows = found.map(({ name, installed, summary }) => [name, installed, 'amd64', summary] as const);
  const widths = [0, 1, 2].map((column) => Math.max(12, ...rows.map((row) => row[column]!.length)));
  const line = (mark: string, columns: readonly string[], fill = ' ') =>
    `${mark}${columns.map((text, at) => text.padEnd(widths[at] ?? 0, fill)).join(fill === ' ' ? ' ' : '-')}\n`;
  await stdout.write(
    `Desired=Unknown/Install/Remove/Purge/Hold
| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend
|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)
${line('||/ ', ['Name', 'Version', 'Architecture', 'Description'])}${line('+++-', ['', '', '', '='.repeat(30)], '=')}${rows.map((row) => line('ii  ', row)).join('')}`,
  );
  return 0;
}

/** `dpkg-query -W [-f format] [package…]`. */
export async function dpkgQuery({ args, node, stdout, stderr }: ProgramContext): Promise<number> {
  const words = [...args];
  let format = '${Package}\\t${Version}\\n';
  const names: string[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const inline = /^(?:-f=?|--showformat=)(.+)$/.exec(word)?.[1];
    if (inline !== undefined) {
      format = inline;
    } else if (word === '-f') {
      format = words.shift() ?? format;
    } else if (!word.startsWith('-')) {
      names.push(word);
    }
  }
  let status = 0;
  for (const written of names.length === 0 ? ['*'] : names) {
    const pattern = wildcard(written);
    const found = node.packages.filter(({ name }) => pattern.test(name));
    if (found.length === 0) {
      await stderr.write(`dpkg-query: no packages found matching ${written}\n`);
      status = 1;
    }
    for (const item of found) {
      const fields: Readonly<Record<string, string>> = {
        Package: item.name,
        'binary:Package': item.name,
        Version: item.installed,
        Architecture: 'amd64',
        Status: 'install ok installed',
        'db:Status-Abbrev': 'ii ',
        'binary:Summary': item.summary,
      };
      await stdout.write(
        format
          .replaceAll(/\$\{([^};]+)(?:;(-?[0-9]+))?\}/g, (_whole, name: string) => fields[name] ?? '')
          .replaceAll(String.raw`\n`, '\n')
          .replaceAll(String.raw`\t`, '\t'),
      );
    }
  }
  return status;
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}
