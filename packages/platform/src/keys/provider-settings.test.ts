import { expect, test } from 'vitest'
import { readProviderSettings } from './provider-settings.ts'

const read = (value: unknown) =>
  readProviderSettings(value, { fileName: 'provider.yaml', resolve: (path) => `/keys/${path}` })

const held = { signing: null, ledger: null, decisions: null }

test('fills in what is left out, and finds files beside the settings', () => {
  expect(read({ provider: 'file' })).toEqual({
    provider: 'file',
    root: 'root',
    rotationDays: 90,
    held,
    artifactStores: [],
    passphraseFile: null,
  })
  expect(read({ provider: 'vault', address: 'https://v', token_file: 'token' })).toEqual({
    provider: 'vault',
    root: 'root',
    rotationDays: 90,
    held,
    artifactStores: [],
    address: 'https://v',
    mount: 'transit',
    tokenFile: '/keys/token',
    namespace: null,
  })
  expect(
    read({ provider: 'pkcs11', library: 'a.so', token: 't', pin_file: 'pin', root: 'r2' }),
  ).toMatchObject({ library: '/keys/a.so', token: 't', pinFile: '/keys/pin', root: 'r2' })
  expect(read({ provider: 'aws-kms', region: 'eu-central-1', rotation_days: 30 })).toEqual({
    provider: 'aws-kms',
    root: 'root',
    rotationDays: 30,
    held,
    artifactStores: [],
    region: 'eu-central-1',
    endpoint: null,
  })
})

test('keys that a provider holds are named by their place, of any provider', () => {
  const at = 'address=https://v&token-file=token'
  const settings = {
    provider: 'file',
    signing_key: `vault:s?${at}`,
    ledger_key: `vault:l?${at}&version=2`,
  }
  expect(read(settings).held).toMatchObject({
    signing: { provider: 'vault', name: 's', tokenFile: '/keys/token', version: null },
    ledger: { name: 'l', version: 2 },
    decisions: null,
  })
})

test.each([
  [null, 'must hold keys and values'],
  [[], 'must hold keys and values'],
  [{}, '`provider` must be one of'],
  [{ provider: 'file', artifact_stores: 'a' }, '`artifact_stores` must be a list'],
  [{ provider: 'file', signing_key: 'signing.key' }, '`signing_key` is the place of a key that'],
  [{ provider: 'file', signing_key: 'vault:s' }, '`signing_key`: the key `vault:…`: `address` is'],
  [
    { provider: 'file', decisions_key: 'vault:l?address=https://v&token-file=t' },
    '`decisions_key` must name its `version`',
  ],
  [{ provider: 'drawer' }, '`provider` must be one of'],
  [{ provider: 'file', passphrase_fil: 'x' }, 'did you mean `passphrase_file`?'],
  [{ provider: 'file', token_file: 'x' }, '`token_file` is not a setting of `file`'],
  [{ provider: 'vault', address: 'https://v' }, '`token_file` must be a text'],
  [{ provider: 'vault', address: 7, token_file: 'x' }, '`address` must be a text'],
  [{ provider: 'pkcs11', library: '', token: 't', pin_file: 'p' }, '`library` must be a text'],
  [{ provider: 'file', root: '../root' }, '`root` must be a name'],
  [{ provider: 'file', rotation_days: 0 }, '`rotation_days` must be'],
  [{ provider: 'file', rotation_days: '90' }, '`rotation_days` must be'],
])('refuses %j', (value, problem) => {
  expect(() => read(value)).toThrow(expect.objectContaining({ code: 'config-invalid' }))
  expect(() => read(value)).toThrow(problem)
})
