// The store of keys against what the ledger tells of them. A store that was restored from an older backup has forgotten versions, a minimum,
// and destructions: keys are back that were to be gone. No key is opened, and no provider is asked.

import { join } from 'node:path'
import type { KeyEvent } from '@proofhouse/evidence'
import { isKeyId, type KeyAddress, keyFolders, keyKinds, readKey } from '../keys/index.ts'
import { keyEvents, type KeysRequest, type LoggedKeyEvent } from './manage-keys.ts'
import type { Services } from './services.ts'

/** What the ledger tells of one key. */
interface ToldKey {
  readonly address: KeyAddress
  newest: number
  minimum: number
  readonly destroyed: Set<number>
}

/** Key events, and what the store has forgotten of them. */
export interface ComparedKeyEvents {
  readonly events: readonly LoggedKeyEvent[]
  /** One line each; none where the store is as new as the ledger. */
  readonly forgotten: readonly string[]
}

/** Every key event of a tenant, and what of it the store of keys does not know. @throws key-malformed, storage-failed */
export async function compareKeyEvents(
  services: Pick<Services, 'openWorkspace' | 'openKeyStore'>,
  request: KeysRequest,
): Promise<ComparedKeyEvents> {
  const events = await keyEvents(services, request)
  const store = services.openKeyStore(join(request.workspace, keyFolders.wrapped))
  const forgotten: string[] = []
  for (const told of toldOf(events)) {
    const { address, newest, minimum, destroyed } = told
    const name = `\`${address.tenant}/${address.kind}/${address.id}\``
    const key = (await readKey(store, address))?.key ?? null
    if (key === null) {
      forgotten.push(`the store does not know ${name}, which the ledger tells of`)
      continue
    }
    const has = key.versions.length
    if (has < newest)
      forgotten.push(`${name} has version ${has}, and the ledger tells of ${newest}`)
    if (key.minimum < minimum)
      forgotten.push(`${name} accepts versions from ${key.minimum}, and the ledger says ${minimum}`)
    const back = key.versions.filter(
      ({ version, wrapped }) => wrapped !== null && destroyed.has(version),
    )
    if (back.length > 0) {
      const versions = back.map(({ version }) => version).join(', ')
      forgotten.push(`${name} version ${versions} was destroyed, and is back`)
    }
  }
  return { events, forgotten }
}

/** What events say together, in their order. A root key is its provider's to tell of. */
function toldOf(events: readonly KeyEvent[]): readonly ToldKey[] {
  const keys = new Map<string, ToldKey>()
  for (const { event, tenant, kind, keyId, version } of events) {
    const known = keyKinds.find((each) => each === kind)
    if (known === undefined || !isKeyId(keyId)) continue
    const place = `${kind}\0${keyId}`
    const told = keys.get(place) ?? {
      address: { tenant, kind: known, id: keyId },
      newest: 0,
      minimum: 1,
      destroyed: new Set<number>(),
    }
    keys.set(place, told)
    if (event === 'created' || event === 'rotated')
      told.newest = Math.max(told.newest, version ?? 0)
    if (event === 'minimum-raised') told.minimum = Math.max(told.minimum, version ?? 0)
    if (event !== 'destroyed') continue
    // Without a version, every one there was.
    const upTo = Array.from({ length: told.newest }, (_, n) => n + 1)
    for (const each of version === null ? upTo : [version]) told.destroyed.add(each)
  }
  return [...keys.values()]
}
