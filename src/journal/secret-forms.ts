/**
 * The ways one secret shows up in command lines, URLs, configuration and logs: as it is, URL-encoded, quoted for a
 * shell, escaped in JSON, in base64 alone or in the middle of something longer. Longest first, without repeats.
 */
export function secretForms(secret: string): readonly string[] {
  const forms = new Set([
    secret,
    ...urlForms(secret),
    ...shellForms(secret),
    JSON.stringify(secret).slice(1, -1),
    ...base64Forms(secret),
  ]);
  forms.delete('');
  return [...forms].sort((a, b) => b.length - a.length);
}

function urlForms(secret: string): string[] {
  // A lone surrogate cannot be encoded: replaced as every UTF-8 encoder does.
  const component = encodeURIComponent(secret.toWellFormed());
  const strict = component.replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return [component, strict].flatMap((form) => {
    const lowerCase = form.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
    return [form, lowerCase, form.replaceAll('%20', '+'), lowerCase.replaceAll('%20', '+')];
  });
}

function shellForms(secret: string): string[] {
  return [
    secret.replaceAll("'", String.raw`'\''`),
    secret.replaceAll("'", `'"'"'`),
    secret.replaceAll("'", "''"),
    secret.replaceAll(/["$`\\]/g, String.raw`\$&`),
    secret.replaceAll(/["$`\\!]/g, String.raw`\$&`),
    secret.replaceAll(/['\\]/g, String.raw`\$&`),
    // What bash's printf %q and most quoting libraries do.
    secret.replaceAll(/[^A-Za-z0-9_@%+=:,./-]/g, String.raw`\$&`),
    secret.replaceAll(/[^A-Za-z0-9_]/g, String.raw`\$&`),
  ];
}

/** Cores shorter than this would match by chance. */
const shortestCore = 6;

function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const whole = [bytes.toString('base64'), bytes.toString('base64url')];
  const forms = new Set([...whole, whole[0]!.replaceAll('=', '')]);
  // Inside something longer (`user:secret` of HTTP Basic) a secret begins at one of three alignments. The characters
  // that carry bits of its neighbours are left out, the rest is always the same.
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64url');
    const wholeCharacters = Math.floor(((before + bytes.length) * 8) / 6);
    const core = encoded.slice(Math.ceil((before * 8) / 6), wholeCharacters);
    if (core.length < shortestCore) continue;
    forms.add(core);
    forms.add(core.replaceAll('-', '+').replaceAll('_', '/'));
  }
  return [...forms];
}
