import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseWorkflow } from '../../../src/workflow/read-workflow.ts';
import { workflowSchema } from '../../../src/workflow/schema.ts';

const file = new URL('../../../docs/schemas/workflow.json', import.meta.url);

it('is what docs/schemas/workflow.json says (MUSTER_UPDATE_SCHEMAS=1 writes it)', () => {
  const schema = `${JSON.stringify(z.toJSONSchema(workflowSchema, { io: 'input' }), undefined, 2)}\n`;
  if (process.env['MUSTER_UPDATE_SCHEMAS'] === '1') writeFileSync(file, schema);

  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(schema));
});

it('accepts every example of docs/rolling.md', () => {
  const page = readFileSync(new URL('../../../docs/rolling.md', import.meta.url), 'utf8');
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text!);

  expect(examples.length).toBeGreaterThan(2);
  for (const [index, text] of examples.entries()) parseWorkflow(text, `example ${index + 1}`);
});
