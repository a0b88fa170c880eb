import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { auditFleet } from '../../../src/versions/audit.ts';
import { auditDocument } from '../../../src/versions/audit-document.ts';
import { bundledReleaseData } from '../../../src/versions/release-data.ts';
import { auditDocumentSchema } from '../../support/versions-json.ts';
import { readCapture } from './read-capture.ts';

const file = new URL('../../../docs/schemas/versions.json', import.meta.url).pathname;

describe('the JSON schema', () => {
  it('is what the tests check (MUSTER_UPDATE_SCHEMAS=1 writes it anew)', () => {
    const expected = z.toJSONSchema(auditDocumentSchema);
    if (process.env['MUSTER_UPDATE_SCHEMAS'] === '1') {
      writeFileSync(file, `${JSON.stringify(expected, undefined, 2)}\n`);
    }
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  it('fits the documents of real answers', async () => {
    const data = await bundledReleaseData();
    const now = new Date('2026-11-24T06:00:00Z');
    const names = ['debian-behind', 'no-rights', 'patroni-member-upgraded', 'proxy', 'stopped'] as const;
    const answers = names.map((node) => ({ node, facts: readCapture(node), failure: null }));
    const document = auditDocument(
      auditFleet([...answers, { node: 'down', facts: null, failure: 'no route to host' }], { data, now }),
      data,
      now,
    );
    expect(auditDocumentSchema.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
  });
});
