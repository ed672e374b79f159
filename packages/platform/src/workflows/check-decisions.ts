// A workspace's decision log, checked against itself: `proofhouse decisions check`.

import { checkDecisionLog, type DecisionCheck } from '../decisions/index.ts'
import { withDecisionLog } from './decision-log-access.ts'
import type { Services } from './services.ts'

/** Checks every entry, content and row. @throws what the log throws */
export function checkDecisions(
  { folder }: { readonly folder: string },
  services: Services,
): Promise<DecisionCheck> {
  return withDecisionLog(services, folder, ({ log }) => checkDecisionLog(log))
}
