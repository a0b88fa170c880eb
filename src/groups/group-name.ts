/**
 * Names of groups and group sources that may be looked up. Nothing a shell would act upon: upcalls have names
 * substituted textually (ClusterShell's contract), so a name must be harmless quoted, unquoted and inside sed or awk.
 */
const allowed = /^[A-Za-z0-9_.:+=,/%~?][A-Za-z0-9_.:+=,/%~?-]*$/;

export function isGroupName(name: string): boolean {
  return allowed.test(name);
}

/** The same for text that goes into an upcall: also no `%`, `~` and `?`, which printf and the shell interpret. */
const substitutable = /^[A-Za-z0-9_.:+=,/][A-Za-z0-9_.:+=,/-]*$/;

export function isSubstitutable(text: string): boolean {
  return substitutable.test(text);
}
