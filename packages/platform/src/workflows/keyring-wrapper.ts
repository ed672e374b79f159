// Small keys wrapped under keys of a tenant's keyring, one for each thing that has keys of its own: so re-wrapping and retiring the tenant's
// key knows of them, and destroying that one key is what destroys the thing in every copy.

import { type Bytes, type KeyEvent, OperatingError } from '@proofhouse/evidence'
import { type Keyring, keyWrapper, wrappedUnder } from '../keys/index.ts'

type Keys = Keyring['keys']
type Address = Parameters<Keys['ensure']>[0]
type Place = Parameters<ReturnType<typeof keyWrapper>['wrap']>[1]

/** What is wrapped is bound to: a place, given the version of the key that wraps it. */
type PlaceOf = (version: number) => Place

/** Wraps under a key of the ring, made on first use. @throws key-provider-unavailable, storage-failed */
export async function wrapInRing(
  keys: Keys,
  address: Address,
  { plain, placeOf }: { readonly plain: Uint8Array; readonly placeOf: PlaceOf },
): Promise<Bytes> {
  // One that was destroyed before, and is wanted again, goes on with another version.
  const key = await keys.ensure(address).catch((cause: unknown) => {
    if (!(cause instanceof OperatingError) || cause.code !== 'key-destroyed') throw cause
    return keys.rotate(address, 'requested')
  })
  const wrapper = wrapperFor(key)
  try {
    return wrapper.wrap(plain, placeOf(wrapper.version))
  } finally {
    wrapper.drop()
  }
}

/** Opens what `wrapInRing` wrapped. @throws key-missing, key-destroyed, key-unwrap-failed, key-provider-unavailable */
export async function unwrapInRing(
  keys: Keys,
  address: Address,
  { wrapped, placeOf }: { readonly wrapped: Uint8Array; readonly placeOf: PlaceOf },
): Promise<Bytes> {
  const wrapper = wrapperFor(await keys.open(address, wrappedUnder(wrapped)))
  try {
    return wrapper.unwrap(wrapped, placeOf(wrapper.version))
  } finally {
    wrapper.drop()
  }
}

/** Destroys the key, if there is one: what it wrapped opens no more. @throws storage-failed */
export async function destroyInRing(
  keys: Keys,
  address: Address,
  reason: KeyEvent['reason'],
): Promise<void> {
  try {
    await keys.destroy(address, { reason })
  } catch (cause) {
    if (!(cause instanceof OperatingError) || cause.code !== 'key-missing') throw cause
  }
}

function wrapperFor({ key, version }: Awaited<ReturnType<Keys['open']>>) {
  const wrapper = keyWrapper({ key, version })
  key.fill(0)
  return wrapper
}
