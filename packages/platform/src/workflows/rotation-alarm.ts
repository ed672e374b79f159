// The age of a tenant's key against what the settings allow: for `keys list`, and for whoever runs for months.

import { type Keyring, newestOf, type ProviderSettings, rotationState } from '../keys/index.ts'

/** How the newest version of a tenant's key stands. */
export type RotationDue = ReturnType<typeof rotationState>

/** Null when there is no key yet. No key is opened. @throws storage-failed, key-malformed */
export async function rotationOf(
  { tenants }: Pick<Keyring, 'tenants'>,
  tenant: string,
  given: { readonly now: Date; readonly settings: ProviderSettings },
): Promise<RotationDue | null> {
  const key = await tenants.status(tenant)
  if (key === null) return null
  const { now, settings } = given
  return rotationState(newestOf(key).createdAt, { now, rotationDays: settings.rotationDays })
}

/** What is to be said of it; null while there is nothing. */
export function rotationAlarm(tenant: string, due: RotationDue | null): string | null {
  if (due === null || due.state === 'fresh') return null
  const day = due.dueAt.toISOString().slice(0, 10)
  const when = due.state === 'overdue' ? `has been overdue since ${day}` : `is due on ${day}`
  return `the rotation of the key of ${tenant} ${when}: \`proofhouse keys rotate\`, then \`keys rewrap\``
}
