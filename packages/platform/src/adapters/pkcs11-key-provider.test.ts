// Against SoftHSM2 where it is installed and the driver compiled (`node scripts/run.mjs
// scripts/pkcs11.mjs`); skipped elsewhere. The
// conformance run provides for both.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KeyBinding } from '../keys/index.ts'
import { keyProviderContract } from './key-provider-contract.fixture.ts'
import { pkcs11KeyProvider } from './pkcs11-key-provider.ts'
import { findSoftHsm, newSoftHsmToken } from './softhsm.fixture.ts'

const library = findSoftHsm()
const binding: KeyBinding = { tenant: 'acme', kind: 'tenant', id: 'kek', version: 1 }
const secret = new Uint8Array(32).fill(7)

describe.skipIf(library === null)('a PKCS#11 token (SoftHSM2)', () => {
  let token: ReturnType<typeof newSoftHsmToken>
  let provider: ReturnType<typeof pkcs11KeyProvider>
  let names = 0
  beforeAll(() => {
    token = newSoftHsmToken(library ?? '')
    provider = token.open()
  })
  afterAll(() => {
    provider.close()
    token.remove()
  })

  // First: a process that has logged in stays so, for all its sessions with the token.
  test('a wrong PIN is refused, and no message repeats it', async () => {
    const refused = token.open({ pin: '99990000' }).find('root')
    await expect(refused).rejects.toMatchObject({ code: 'key-provider-refused' })
    await expect(refused).rejects.toThrow('CKR_PIN_INCORRECT')
    await expect(refused).rejects.not.toThrow('99990000')
  })

  test.each(keyProviderContract)('$promise', async ({ holds }) => {
    await holds({ provider, name: `root${names++}` })
  })

  test('many at once do not disturb each other', async () => {
    await provider.create('busy')
    const wrapped = await Promise.all(
      Array.from({ length: 50 }, () => provider.wrap('busy', secret, binding)),
    )
    const opened = await Promise.all(
      wrapped.map(({ bytes }) => provider.unwrap('busy', bytes, binding)),
    )
    expect(opened.every((key) => Buffer.from(key).equals(secret))).toBe(true)
  })

  test('a session that ended is opened anew', async () => {
    await provider.create('again')
    const { bytes } = await provider.wrap('again', secret, binding)
    provider.close()
    expect(await provider.unwrap('again', bytes, binding)).toEqual(secret)
  })

  test('two keys of one version, made at once, both open', async () => {
    const other = token.open()
    await provider.create('twin')
    await Promise.all([provider.rotate('twin'), other.rotate('twin')])
    const { bytes } = await other.wrap('twin', secret, binding)
    expect(await provider.unwrap('twin', bytes, binding)).toEqual(secret)
    other.close()
  })

  test('what lies on the disk of the token is not the wrapped key in clear', async () => {
    await provider.create('disk')
    await provider.wrap('disk', secret, binding)
    const files = readdirSync(token.folder, { recursive: true, encoding: 'utf8' })
    for (const file of files.filter((each) => each.endsWith('.object')))
      expect(readFileSync(join(token.folder, file)).includes(secret)).toBe(false)
  })

  test('a token that is not there is unavailable', async () => {
    const gone = token.open({ tokenLabel: 'elsewhere' }).find('root')
    await expect(gone).rejects.toMatchObject({ code: 'key-provider-unavailable' })
    await expect(gone).rejects.toThrow('no token `elsewhere`')
    const noModule = pkcs11KeyProvider({
      library: '/nowhere/module.so',
      tokenLabel: 'proofhouse',
      pin: async () => '1234',
    }).find('root')
    await expect(noModule).rejects.toMatchObject({ code: 'key-provider-unavailable' })
  })
})
