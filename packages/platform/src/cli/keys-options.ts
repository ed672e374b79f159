// Options that every `keys` command takes, and what is read from them.

import { keyEventReasons, OperatingError } from '@proofhouse/evidence'
import type { Invocation } from './command.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

const tenantDefault = 'local'

/** Whose keys, and where. */
export const keysOptions = {
  ...workspaceOption,
  tenant: { value: 'NAME', description: 'whose keys (default: local)' },
} as const

/** Why a key is changed, for the ledger. */
export const reasonOption = {
  value: 'WHY',
  description: `${keyEventReasons.join(', ')} (default: requested)`,
} as const

/** Whose keys, and where, as given. */
export function keysRequest({ options }: Pick<Invocation, 'options'>) {
  return {
    workspace: workspaceOf(options),
    tenant: options['tenant'] ?? tenantDefault,
  }
}

/** The reason as given. @throws usage-invalid */
export function reasonIn({ options }: Pick<Invocation, 'options'>) {
  const given = options['reason'] ?? 'requested'
  const reason = keyEventReasons.find((known) => known === given)
  if (reason === undefined)
    throw new OperatingError(
      'usage-invalid',
      `\`--reason\` is one of ${keyEventReasons.join(', ')}`,
    )
  return reason
}
