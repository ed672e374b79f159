// Keys that their providers hold: the shape of the interfaces of Vault and AWS KMS against stand-ins on this machine, and SoftHSM2 itself
// where it is installed. What real servers do is seen in the conformance run.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type HeldKey, heldLedgerKey, heldSigningKey } from '../keys/index.ts'
import { heldKeyContract, type HeldKind } from './held-key-contract.fixture.ts'
import { kmsHeldKey } from './kms-held-key.ts'
import { standInCredentials, startKmsStandIn } from './kms-stand-in.fixture.ts'
import { findSoftHsm, newSoftHsmToken } from './softhsm.fixture.ts'
import { vaultHeldKey } from './vault-held-key.ts'
import { startVaultStandIn } from './vault-stand-in.fixture.ts'

const message = new Uint8Array(100).fill(3)
const kinds: readonly HeldKind[] = ['P-256', 'P-384', 'P-521', 'Ed25519']

/** What both ways of signing do when the provider fails while a key is open. */
async function bothFail(open: (kind: HeldKind) => Promise<HeldKey>, mood: () => void) {
  const [ecdsa, edwards] = [await open('P-256'), await open('Ed25519')]
  const { signer } = await heldSigningKey(ecdsa)
  const ledger = heldLedgerKey(edwards, 'log.example/held')
  mood()
  return (code: string) =>
    Promise.all([
      expect(signer.sign(message)).rejects.toMatchObject({ code }),
      expect(ledger.signer.sign(message)).rejects.toMatchObject({ code }),
    ])
}

describe('keys in a transit engine (API shape)', () => {
  let server: Awaited<ReturnType<typeof startVaultStandIn>>
  const types = new Map(
    kinds.map((kind) => [kind, kind === 'Ed25519' ? 'ed25519' : `ecdsa-p${kind.slice(2)}`]),
  )
  const create = (name: string, type: string) =>
    fetch(`${server.address}/v1/transit/keys/${name}`, {
      method: 'POST',
      headers: { 'x-vault-token': 'the token' },
      body: JSON.stringify({ type }),
    })
  const openKey = (name: string, given: { token?: string; version?: number } = {}) =>
    vaultHeldKey(
      {
        address: server.address,
        mount: 'transit',
        token: async () => given.token ?? 'the token',
        timeoutMs: 5_000,
      },
      { name, version: given.version ?? null },
    )
  const open = (kind: HeldKind) => openKey(types.get(kind) ?? '')

  beforeAll(async () => {
    server = await startVaultStandIn()
    for (const type of types.values()) await create(type, type)
  })
  afterAll(() => server.stop())
  afterEach(() => {
    Object.assign(server.mood, { sealed: false, signsWrongly: false })
  })

  test.each(heldKeyContract)('$promise', ({ holds }) => holds({ open }))

  test('one version signs, whichever is the newest', async () => {
    await create('turned', 'ecdsa-p256')
    const before = await openKey('turned')
    await create('turned', 'ecdsa-p256')
    const [after, first] = [await openKey('turned'), await openKey('turned', { version: 1 })]
    expect(first.publicKeyPem).toBe(before.publicKeyPem)
    expect(after.publicKeyPem).not.toBe(before.publicKeyPem)
    for (const held of [before, after, first]) {
      const { signer, verifier } = await heldSigningKey(held)
      expect(await verifier.verify(message, await signer.sign(message))).toBe(true)
    }
    await expect(openKey('turned', { version: 3 })).rejects.toMatchObject({ code: 'key-missing' })
  })

  test('a key that is not there, or encrypts, is told apart', async () => {
    await expect(openKey('nobody')).rejects.toMatchObject({ code: 'key-missing' })
    await create('wraps', 'aes256-gcm96')
    await expect(openKey('wraps')).rejects.toMatchObject({ code: 'key-unsupported' })
    const refused = openKey('ecdsa-p256', { token: 'a wrong donkey' })
    await expect(refused).rejects.toMatchObject({ code: 'key-provider-refused' })
    await expect(refused).rejects.not.toThrow('donkey')
  })

  test('a signature that does not hold leaves nobody', async () => {
    const fails = await bothFail(open, () => Object.assign(server.mood, { signsWrongly: true }))
    await fails('key-provider-refused')
  })

  test('a sealed server is unavailable, and signs again afterwards', async () => {
    const { signer } = await heldSigningKey(await open('P-256'))
    const fails = await bothFail(open, () => Object.assign(server.mood, { sealed: true }))
    await fails('key-provider-unavailable')
    await expect(open('P-256')).rejects.toMatchObject({ code: 'key-provider-unavailable' })
    Object.assign(server.mood, { sealed: false })
    await expect(signer.sign(message)).resolves.toBeInstanceOf(Uint8Array)
  })
})

describe('keys in AWS KMS (API shape)', () => {
  let server: Awaited<ReturnType<typeof startKmsStandIn>>
  const ids = new Map<HeldKind, string>()
  const algorithms = new Map(kinds.map((kind) => [kind, `ECDSA_SHA_${kind.slice(2)}`]))
  algorithms.set('P-521', 'ECDSA_SHA_512').set('Ed25519', 'ED25519_SHA_512')
  const openKey = (id: string, secretAccessKey = standInCredentials.secretAccessKey) =>
    kmsHeldKey(
      {
        region: 'eu-central-1',
        endpoint: server.endpoint,
        credentials: { ...standInCredentials, secretAccessKey },
        attemptsMax: 1,
      },
      id,
    )
  const open = (kind: HeldKind) => openKey(ids.get(kind) ?? '')

  beforeAll(async () => {
    server = await startKmsStandIn()
    for (const [kind, algorithm] of algorithms) ids.set(kind, server.newSigningKey(algorithm))
  })
  afterAll(() => server.stop())
  afterEach(() => {
    Object.assign(server.mood, { fails: null, status: 500, signsWrongly: false })
  })

  test.each(heldKeyContract)('$promise', async ({ holds }) => {
    await holds({ open })
    expect(server.asked.every(({ signed }) => signed)).toBe(true)
  })

  test('a key that is not there, and a wrong secret, are told apart', async () => {
    await expect(openKey('nobody')).rejects.toMatchObject({ code: 'key-missing' })
    const refused = openKey(ids.get('P-256') ?? '', 'a wrong donkey')
    await expect(refused).rejects.toMatchObject({ code: 'key-provider-refused' })
    await expect(refused).rejects.not.toThrow('donkey')
  })

  test('a signature that does not hold leaves nobody', async () => {
    const fails = await bothFail(open, () => Object.assign(server.mood, { signsWrongly: true }))
    await fails('key-provider-refused')
  })

  test('a service that fails is unavailable', async () => {
    const mood = { fails: 'KMSInternalException', status: 500 }
    const fails = await bothFail(open, () => Object.assign(server.mood, mood))
    await fails('key-provider-unavailable')
  })
})

const library = findSoftHsm()

describe.skipIf(library === null)('keys on a PKCS#11 token (SoftHSM2)', () => {
  let token: ReturnType<typeof newSoftHsmToken>
  const open = (kind: HeldKind) => token.openSigningKey(kind)

  beforeAll(async () => {
    token = newSoftHsmToken(library ?? '')
  })
  afterAll(() => token.remove())

  // First: a process that has logged in stays so, for all its sessions with the token.
  test('a wrong PIN is refused, and no message repeats it', async () => {
    const refused = token.openSigningKey('P-256', { pin: '99990000' })
    await expect(refused).rejects.toMatchObject({ code: 'key-provider-refused' })
    await expect(refused).rejects.not.toThrow('99990000')
  })

  test.each(heldKeyContract)('$promise', async ({ holds }) => {
    for (const curve of kinds)
      await open(curve).then(
        (held) => held.close(),
        () => token.newSigningKey({ object: curve, curve }),
      )
    await holds({ open })
  })

  test('a key that could leave the token, or is there twice, is not used', async () => {
    await token.newSigningKey({ object: 'leaves', curve: 'P-256', extractable: true })
    await expect(token.openSigningKey('leaves')).rejects.toMatchObject({ code: 'key-missing' })
    for (const _ of [1, 2]) await token.newSigningKey({ object: 'twin', curve: 'P-256' })
    await expect(token.openSigningKey('twin')).rejects.toMatchObject({
      code: 'key-provider-refused',
    })
  })

  test('a token that is not there is unavailable', async () => {
    const gone = token.openSigningKey('P-256', { tokenLabel: 'elsewhere' })
    await expect(gone).rejects.toMatchObject({ code: 'key-provider-unavailable' })
  })
})
