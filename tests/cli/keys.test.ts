// The `keys` commands by the real program: what a person sees, and what the ledger then holds.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newFolder, proofhouse } from '../assess/run-program.fixture.ts'

test('a key is made, rotated, wrapped anew under a rotated root, listed, and all of it logged', () => {
  const out = join(newFolder(), 'work')
  const keys = (...given: readonly string[]) => proofhouse('keys', ...given, '--out', out)
  expect(keys('rotate').out).toContain('key of local is now version 1')
  expect(keys('rotate', '--reason', 'scheduled').out).toContain('is now version 2')
  expect(keys('rotate', '--root', '--reason', 'compromise').out).toContain(
    'root key rotated to version 2; 2 versions of the key of local wrapped anew',
  )
  expect(keys('rewrap').out).toContain('0 keys of local under version 2')
  expect(keys('rewrap', '--raise-minimum')).toMatchObject({ status: 3 })
  const listed = keys('list').out
  expect(listed).toContain('file: `root` version 2, can be copied')
  expect(listed).toContain('version 1  readable')
  expect(listed).toContain('version 2  current')
  const events: unknown = JSON.parse(keys('events', '--json').out)
  expect(events).toMatchObject([
    { event: 'created', kind: 'root', version: 1, index: 0 },
    { event: 'created', kind: 'tenant', version: 1, wrappedBy: { provider: 'file', version: 1 } },
    { event: 'rotated', kind: 'tenant', version: 2, previousVersion: 1, reason: 'scheduled' },
    { event: 'rotated', kind: 'root', version: 2, previousVersion: 1, reason: 'compromise' },
    { event: 'rewrapped', kind: 'root', version: 2, keys: { tenant: 2 } },
    { event: 'rewrapped', kind: 'tenant', version: 2, keys: {} },
    { event: 'rewrapped', kind: 'tenant', version: 2, keys: {} },
  ])
  expect(proofhouse('ledger', 'fsck', join(out, 'ledger'))).toMatchObject({ status: 0 })
  // No key, wrapped or not, is in the ledger.
  const wrapped = readFileSync(join(out, 'keys/wrapped/local/tenant/kek.json'), 'utf8')
  const root = readFileSync(join(out, 'keys/root/root.v1.key'), 'utf8')
  const secrets = [...`${wrapped}${root}`.matchAll(/"(?:wrapped|key)": ?"([^"]{40,})"/g)]
  expect(secrets.length).toBe(3)
  const files = readdirSync(join(out, 'ledger'), { recursive: true, withFileTypes: true })
  const bundles = files.filter((each) => each.isFile() && each.parentPath.includes('entries'))
  expect(bundles.length).toBeGreaterThan(0)
  for (const { parentPath, name } of bundles) {
    const text = readFileSync(join(parentPath, name), 'latin1')
    const payloads = [...text.matchAll(/"payload":"([^"]+)"/g)].map(([, payload = '']) =>
      Buffer.from(payload, 'base64').toString(),
    )
    for (const [, secret = ''] of secrets) expect(payloads.join('')).not.toContain(secret)
  }
})

test('a passphrase seals the root key, and without it nothing opens', () => {
  const out = join(newFolder(), 'work')
  mkdirSync(join(out, 'keys'), { recursive: true })
  writeFileSync(join(out, 'keys/passphrase'), 'correct horse\n', { mode: 0o600 })
  const settings = join(out, 'keys/provider.yaml')
  writeFileSync(settings, 'provider: file\npassphrase_file: passphrase\n')
  expect(proofhouse('keys', 'rotate', '--out', out)).toMatchObject({ status: 0, err: '' })
  expect(readFileSync(join(out, 'keys/root/root.v1.key'), 'utf8')).toContain('argon2id')
  rmSync(settings)
  const refused = proofhouse('keys', 'rotate', '--out', out)
  expect(refused).toMatchObject({ status: 2 })
  expect(refused.err).toContain('is sealed; give the file with its passphrase')
})

test('a provider that is away: what is there is listed, and nothing is passed off as well', () => {
  const out = join(newFolder(), 'work')
  expect(proofhouse('keys', 'rotate', '--out', out)).toMatchObject({ status: 0 })
  writeFileSync(join(out, 'keys/token'), 'a token\n', { mode: 0o600 })
  const settings = 'provider: vault\naddress: http://127.0.0.1:1\ntoken_file: token\n'
  writeFileSync(join(out, 'keys/provider.yaml'), settings)
  const listed = proofhouse('keys', 'list', '--out', out)
  expect(listed.status).toBe(3)
  expect(listed.out).toContain('cannot be used now')
  expect(listed.out).toContain('version 1  current')
  const rotated = proofhouse('keys', 'rotate', '--out', out)
  expect(rotated).toMatchObject({ status: 3 })
  expect(rotated.err).toContain('[key-provider-unavailable]')
})

test('a rotation is announced by the exit code, as many days before as asked for', () => {
  const out = join(newFolder(), 'work')
  const list = (...given: readonly string[]) => proofhouse('keys', 'list', '--out', out, ...given)
  expect(proofhouse('keys', 'rotate', '--out', out)).toMatchObject({ status: 0 })
  expect(list('--within', '89')).toMatchObject({ status: 0 })
  expect(list('--within', '91')).toMatchObject({ status: 1 })
  expect(list('--within', 'soon')).toMatchObject({ status: 2 })
})

test.each([
  [['--reason', 'boredom'], '`--reason` is one of'],
  [['--tenant', '../x'], 'is no name of a tenant'],
])('rotate refuses %j', (given, problem) => {
  const refused = proofhouse('keys', 'rotate', '--out', join(newFolder(), 'work'), ...given)
  expect(refused.status).toBe(2)
  expect(refused.err).toContain(problem)
})
