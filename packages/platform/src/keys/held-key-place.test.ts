// Where held keys stand, as text: what is read, what is refused, and that no refusal repeats a secret.

import { describe, expect, test } from 'vitest'
import { readHeldKeyPlace } from './held-key-place.ts'

const read = (text: string) => readHeldKeyPlace(text, (path) => `/at/${path}`)

test('the path of a file is no such place', () => {
  expect(read('signing.key')).toBeNull()
  expect(read('./pkcs11')).toBeNull()
  expect(read('C:\\keys\\signing.key')).toBeNull()
})

test.each([
  [
    'pkcs11:token=proof%20house;object=signing?module-path=so.so&pin-source=file:pin',
    {
      provider: 'pkcs11',
      token: 'proof house',
      object: 'signing',
      library: '/at/so.so',
      pinFile: '/at/pin',
    },
  ],
  [
    'pkcs11:object=o;type=private;token=t?pin-source=file:///run/pin&module-path=m',
    { provider: 'pkcs11', token: 't', object: 'o', library: '/at/m', pinFile: '/at//run/pin' },
  ],
  [
    'vault:signing?address=https://v.example:8200&token-file=t',
    {
      provider: 'vault',
      name: 'signing',
      address: 'https://v.example:8200',
      mount: 'transit',
      tokenFile: '/at/t',
      namespace: null,
      version: null,
    },
  ],
  [
    'vault:signing?address=https://v.example&token-file=t&mount=a%2Fb&namespace=n&version=3',
    {
      provider: 'vault',
      name: 'signing',
      address: 'https://v.example',
      mount: 'a/b',
      tokenFile: '/at/t',
      namespace: 'n',
      version: 3,
    },
  ],
  [
    'awskms:alias/signing?region=eu-central-1',
    { provider: 'aws-kms', key: 'alias/signing', region: 'eu-central-1', endpoint: null },
  ],
  [
    'awskms:arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    {
      provider: 'aws-kms',
      key: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      region: 'eu-west-1',
      endpoint: null,
    },
  ],
])('%s', (text, place) => {
  expect(read(text)).toEqual(place)
})

describe('what is no whole place is refused', () => {
  test.each([
    ['pkcs11:token=t;object=o?module-path=m', '`pin-source` is missing'],
    ['pkcs11:token=t?module-path=m&pin-source=p', '`object` is missing'],
    ['pkcs11:token=t;object=o?module-path=m&pin-source=p?', 'two `?`'],
    ['pkcs11:token=t;object=o;type=public?module-path=m&pin-source=p', '`type` is `private`'],
    ['pkcs11:token=t;token=u;object=o?module-path=m&pin-source=p', '`token` is given twice'],
    ['pkcs11:token=%zz;object=o?module-path=m&pin-source=p', 'no escaped byte'],
    ['vault:signing?token-file=t', '`address` is missing'],
    ['vault:signing?address=https://v&token-fil=t', 'did you mean `token-file`?'],
    ['vault:sign/ing?address=https://v&token-file=t', 'names no key'],
    ['vault:signing?address=https://v&token-file=t&version=0', '`version`'],
    ['vault:signing?address=https://v&token-file=', '`token-file` is empty'],
    ['awskms:alias/signing', '`region` is missing'],
    ['awskms:?region=r', 'names no key'],
  ])('%s', (text, problem) => {
    expect(() => read(text)).toThrow(problem)
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'usage-invalid' }))
  })

  test.each([
    'pkcs11:token=t;object=o?module-path=m&pin-value=donkey',
    'pkcs11:token=t;object=o;donkey?module-path=m&pin-source=p',
    'vault:signing?address=https://v&token=donkey',
    'vault:donkey donkey?address=https://v&token-file=t',
  ])('and a secret in it is not repeated: %s', (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'usage-invalid' }))
    expect(() => read(text)).not.toThrow('donkey')
  })
})
