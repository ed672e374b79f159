// Decisions for clients to record.

/** A decision that the log of the fixture takes. */
export const decided = (subject: string, given: object = {}) => ({
  deployment: 'credit-eu',
  subject,
  id: `case of ${subject}`,
  time: '2026-01-31T12:00:00Z',
  input: { age: 41, income: 52_000.5, region: 'nord' },
  output: { label: 'approved', score: 0.875 },
  ...given,
})
