// The four verdicts of a gate. A verdict is data, never an exception; unknown is never pass.

/** What a policy says of measures. */
export type Verdict = 'pass' | 'warn' | 'fail' | 'inconclusive'

/** Every verdict, best first. */
export const verdicts = ['pass', 'warn', 'inconclusive', 'fail'] as const satisfies Verdict[]
