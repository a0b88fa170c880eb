import { readFileSync } from 'node:fs';
import yaml from 'yaml';
import { UserError } from '../errors.ts';
import { type Workflow, workflowSchema } from './schema.ts';

/**
 * Reads and checks a workflow file (docs/rolling.md).
 * @throws UserError naming file, line and column of every mistake
 */
export function readWorkflow(path: string): Workflow {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`workflow ${path}: ${(error as Error).message}`, { code: 'WORKFLOW', cause: error });
  }
  return parseWorkflow(text, path);
}

/** @throws UserError naming `path`, line and column of every mistake */
export function parseWorkflow(text: string, path: string): Workflow {
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const [broken] = document.errors;
  if (broken !== undefined) {
    throw new UserError(
      `${place(broken.pos[0])}: ${broken.message.split('\n')[0]!.replace(/ at line.*/, '')}`,
      {
        code: 'WORKFLOW',
      },
    );
  }
  const result = workflowSchema.safeParse(document.toJS());
  if (result.success) return result.data;
  const mistakes = result.error.issues.map((issue) => {
    const where = issue.path.map(String).join('.');
    return `${place(offsetOf(document, issue.path))}: ${where === '' ? '' : `${where}: `}${issue.message}`;
  });
  throw new UserError(mistakes.join('\n'), { code: 'WORKFLOW', hint: 'docs/rolling.md describes the file.' });
}

/** Where the node of a path begins, or the innermost one around it that exists. */
function offsetOf(document: yaml.Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (yaml.isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
