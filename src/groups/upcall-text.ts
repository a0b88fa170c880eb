/** What an upcall may refer to; each is also in its environment. */
export interface UpcallVariables {
  readonly GROUP?: string;
  readonly NODE?: string;
  readonly SOURCE: string;
  readonly CFGDIR: string;
}

/** Folder names that may be put into shell text as they are. */
const plainPath = /^[A-Za-z0-9_./+=:,@%-]+$/;

/**
 * Puts `$GROUP`, `$NODE`, `$SOURCE` and `$CFGDIR` (or `${…}`) into the upcall's text and turns `$$` into `$`, as
 * ClusterShell does: its shipped upcalls quote them in ways only text substitution survives (`sed -n 's/^$GROUP:…/p'`).
 * Other variables are the shell's. The caller has checked the names; a folder with unusual characters is left to the
 * shell, which has the variable in its environment.
 */
export function substituteUpcall(text: string, variables: UpcallVariables): string {
  const values: Readonly<Record<string, string | undefined>> = {
    ...variables,
    CFGDIR: plainPath.test(variables.CFGDIR) ? variables.CFGDIR : undefined,
  };
  return text.replaceAll(
    /\$(?:(\$)|([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g,
    (match, dollar?: string, bare?: string, braced?: string) =>
      dollar ?? values[bare ?? braced ?? ''] ?? match,
  );
}
