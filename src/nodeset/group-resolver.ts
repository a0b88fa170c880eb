import { UserError } from '../errors.ts';

export interface GroupDefinition {
  readonly expressions: readonly string[];
  readonly source: string;
  readonly origin: string;
}
export interface GroupResolver {
  group(source: string | undefined, name: string): Promise<GroupDefinition>;
  all(source: string | undefined): Promise<GroupDefinition>;
  groupNames(source: string | undefined): Promise<readonly string[]>;
}
export class UnknownGroupError extends UserError {}
export class UnknownGroupSourceError extends UserError {}
