import { UserError } from '../errors.ts';

/** What a group stands for. */
export interface GroupDefinition {
  /** Full expressions, united; an unqualified `@x` inside means group x of `source`. */
  readonly expressions: readonly string[];
  readonly source: string;
  /** Where it is written, for messages: `file:line`, or `upcall …`. */
  readonly origin: string;
}

/** Where groups come from; groups/ implements it. `source` undefined means the default source. */
export interface GroupResolver {
  /** Throws UnknownGroupError or UnknownGroupSourceError. */
  group(source: string | undefined, name: string): Promise<GroupDefinition>;
  /** All nodes of a source, for `@*` and wildcards. Throws UnknownGroupSourceError. */
  all(source: string | undefined): Promise<GroupDefinition>;
  /** The names of a source's groups, for `@@source`. Throws UnknownGroupSourceError. */
  groupNames(source: string | undefined): Promise<readonly string[]>;
}

export class UnknownGroupError extends UserError {
  override readonly name: string = 'UnknownGroupError';
}

export class UnknownGroupSourceError extends UserError {
  override readonly name: string = 'UnknownGroupSourceError';
}
