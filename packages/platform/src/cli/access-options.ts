// Who looks at contents of decisions, and why: what goes into the log of accesses.

import type { Accessor } from '../workflows/index.ts'
import type { Invocation } from './command.ts'

/** The options that say it. */
export const accessOptions = {
  as: { value: 'WHO', description: 'in whose name; stated in the evidence log' },
  reason: { value: 'WHY', description: 'why; stated in the evidence log, so name no person' },
} as const

/** Who asks, by the account of the system and these options. */
export const accessorOf = ({
  options,
  services,
}: Pick<Invocation, 'options' | 'services'>): Accessor => ({
  user: services.user(),
  as: options['as'] ?? null,
  reason: options['reason'] ?? null,
})
