// A part of Wycheproof's cases for every primitive in use; `npm run conformance` runs them all.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isRight, parseWycheproof, runWycheproof } from './cases.fixture.ts'

const folder = join(import.meta.dirname, '../../spec/vectors/wycheproof')
const names = readdirSync(folder)

test('the vectors cover every primitive', () => {
  expect(names.toSorted()).toEqual([
    'aes-gcm.json',
    'chunked-encryption.json',
    'ecdsa-secp256r1-sha256.json',
    'ecdsa-secp384r1-sha384.json',
    'ecdsa-secp521r1-sha512.json',
    'ed25519.json',
    'hkdf-sha256.json',
    'hkdf-sha512.json',
    'hmac-sha256.json',
    'hmac-sha512.json',
  ])
})

test.each(names)('%s', async (name) => {
  const file = parseWycheproof(readFileSync(join(folder, name), 'utf8'))
  const outcomes = await runWycheproof(file)
  expect(outcomes.filter((outcome) => !isRight(outcome))).toEqual([])
  // Both kinds are there, so that a runner which accepts or refuses everything is found.
  expect(outcomes.some(({ accepted }) => accepted)).toBe(true)
  expect(outcomes.some(({ accepted }) => !accepted)).toBe(true)
})
