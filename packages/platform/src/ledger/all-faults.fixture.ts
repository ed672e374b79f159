/** Whether every fault is tried, as `npm run faults` asks, or a sample of them that keeps `npm test` short. */
export const allFaults = process.env['PROOFHOUSE_FAULTS'] === 'all'
