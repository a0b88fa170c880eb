import { describe, expect, it } from 'vitest';
import { parseWorkflow } from '../../../src/workflow/read-workflow.ts';

const minimal = 'name: x\nsteps:\n  - id: one\n    run: "true"\n';

describe('a workflow file', () => {
  it('fills in what it does not say', () => {
    expect(parseWorkflow(minimal, 'x.yaml')).toEqual({
      name: 'x',
      sudo: false,
      steps: [{ id: 'one', on: 'each', run: 'true', timeout: '15m', retries: 0, reboots: false }],
    });
  });

  it.each([
    ['name: x\n', 'x.yaml:1:1: steps: '],
    [`${minimal}extra: 1\n`, 'x.yaml:1:1: Unrecognized key: "extra"'],
    [minimal.replace('one', 'not one'), 'x.yaml:3:9: steps.0.id: letters, digits, dots and dashes'],
    [`${minimal}    timeout: soon\n`, 'x.yaml:5:14: steps.0.timeout: not a duration'],
    [`${minimal}  - id: one\n    run: "false"\n`, 'x.yaml:3:3: steps: two steps have the same id'],
    [`${minimal}    on: everyone\n`, 'x.yaml:5:9: steps.0.on: '],
    ['name: [x\n', 'x.yaml:2:1: '],
  ])('%j is refused at its place: %s', (text, message) => {
    expect(() => parseWorkflow(text, 'x.yaml')).toThrow(message);
  });
});
