// Where the witnesses of a policy are asked.

import { OperatingError, type TrustPolicy } from '@proofhouse/evidence'
import type { WitnessServer } from './ask-witness.ts'

/** The servers of a policy's witnesses that have an address, by the policy's names. @throws trust-malformed when none has one */
export function witnessServers(
  policy: TrustPolicy,
  open: (url: string) => WitnessServer,
): ReadonlyMap<string, WitnessServer> {
  if (policy.witnessUrls.size === 0)
    throw new OperatingError(
      'trust-malformed',
      'trust policy: no witness can be asked; give their addresses, as in `witness NAME VKEY https://…`',
    )
  return new Map([...policy.witnessUrls].map(([name, url]) => [name, open(url)]))
}
