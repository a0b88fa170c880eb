/** Test files that run side by side have a fleet each: MUSTER_FLEET_NUMBER (0) is the first worker's, the next one the second's. */
const first = Number((process.env['MUSTER_FIRST_FLEET'] ??= process.env['MUSTER_FLEET_NUMBER'] ?? '0'));
process.env['MUSTER_FLEET_NUMBER'] = String(first + Number(process.env['VITEST_POOL_ID'] ?? 1) - 1);
