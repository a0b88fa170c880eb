/** Address of the team store: MUSTER_STORE, else what is configured. MUSTER_STORE=none: none, whatever is configured. */
export function storeAddress(
  env: Readonly<Record<string, string | undefined>>,
  configured: string | undefined,
): string | undefined {
  const address = env['MUSTER_STORE'] || configured;
  return address === 'none' ? undefined : address;
}
