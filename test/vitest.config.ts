import { defineConfig } from 'vitest/config';

/**
 * One project a kind of test, each with its own time limits: unit and property tests are pure and fast,
 * differential tests ask the original tools, integration tests use real sshd, acceptance tests the built program.
 */
const project = (
  name: string,
  testTimeout: number,
  more: { fileParallelism?: boolean; maxWorkers?: number; setupFiles?: string[] } = {},
) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: Math.max(testTimeout, 30_000),
    ...more,
  },
});

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    watch: false,
    globalSetup: ['test/support/announce-missing.ts'],
    projects: [
      project('unit', 10_000),
      project('property', 60_000),
      project('differential', 120_000),
      project('integration', 60_000),
      project('acceptance', 120_000),
      // Thousands of nodes, hours of work: `npm run test:nightly`.
      project('nightly', 4 * 3_600_000, { fileParallelism: false }),
      // Real hosts, one fleet after the other or so many side by side: not part of `npm test`, which needs no root.
      project('fleet', 300_000, {
        maxWorkers: Number(process.env['MUSTER_TEST_FLEETS'] ?? 1),
        setupFiles: ['test/fleet/fleet-of-worker.ts'],
      }),
    ],
  },
});
