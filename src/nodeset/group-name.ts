import { UserError } from '../errors.ts';
import type { Operand } from './operand.ts';

/** A group as the resolver is asked for it. `group` is empty for `@@source`. */
export interface GroupName {
  readonly source: string | undefined;
  readonly group: string;
}

/** No character a shell gives a meaning to without a blank around it, but * and ?, which name no file here. */
const allowed = /^[A-Za-z0-9_.:+=/%*?~][A-Za-z0-9_.:+=/%*?~-]*$/;

/**
 * Cuts `source:group` at the first colon. Names reach upcalls, so anything but letters, digits and
 * `_ . : + = / % * ? ~ -` (not first) is refused here.
 */
export function readGroupName(operand: Operand, name: string): GroupName {
  if (operand.kind === 'groupNames') {
    if (name !== '') check(operand, name);
    return { source: name === '' ? undefined : name, group: '' };
  }
  const colon = name.indexOf(':');
  const source = colon === -1 ? undefined : name.slice(0, colon);
  const group = name.slice(colon + 1);
  if (source !== undefined) check(operand, source);
  check(operand, group);
  return { source, group };
}

function check(operand: Operand, word: string): void {
  if (word === '') {
    throw new UserError(`group name missing: "${operand.text}"`, {
      code: 'GROUP_NAME',
      hint: 'Write @group or @source:group, @* for all nodes.',
    });
  }
  if (!allowed.test(word)) {
    throw new UserError(`illegal group name "${word}" in "${operand.text}"`, {
      code: 'GROUP_NAME',
      hint: 'Group names hold letters, digits and _ . : + = / % * ? ~ - (not first).',
    });
  }
}
