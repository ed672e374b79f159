// Indexes of entries as people write them.

import { OperatingError } from '@proofhouse/evidence'

/** An index as it is written on a command line. @throws usage-invalid */
export function indexOf(text: string): number {
  if (!/^(0|[1-9]\d{0,15})$/.test(text))
    throw new OperatingError('usage-invalid', `\`${text}\` is no index: a whole number from 0`)
  return Number(text)
}
