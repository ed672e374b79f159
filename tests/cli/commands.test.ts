// Every command beside `assess`, by the real program, over what a user has on disk.

import { createHash, generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseTrustPolicy, verifyTlogProof } from '@proofhouse/evidence'
import { beforeAll, expect, test } from 'vitest'
import {
  newAuthority,
  newRoot,
  newSigner,
} from '../../packages/platform/src/artifacts/certificates/certificates.fixture.ts'
import {
  copyExample,
  example,
  newFolder,
  proofhouse,
  withoutChecks,
} from '../assess/run-program.fixture.ts'

const folder = newFolder()
const at = (...parts: readonly string[]) => join(folder, ...parts)
const work = at('work')
const systemPath = join(example, 'proofhouse.yaml')

/** Writes a key pair and gives the paths of both halves. */
function keyPair(name: string, namedCurve: string, passphrase?: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
  const pem = { type: 'pkcs8', format: 'pem' } as const
  const secret = passphrase === undefined ? pem : { ...pem, cipher: 'aes-256-cbc', passphrase }
  writeFileSync(at(`${name}.key`), privateKey.export(secret), { mode: 0o600 })
  writeFileSync(at(`${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }))
  return { key: at(`${name}.key`), pub: at(`${name}.pub`) }
}

beforeAll(() => {
  mkdirSync(at('model'), { recursive: true })
  writeFileSync(at('model', 'config.json'), '{}')
  writeFileSync(at('model', 'weights.bin'), Uint8Array.of(1, 2, 3))
  const { err } = proofhouse('assess', systemPath, '--out', work)
  if (err !== '') throw new Error(err)
  const vkey = readFileSync(join(work, 'ledger/ledger.vkey'), 'utf8').trim()
  writeFileSync(at('trust.txt'), `log ${vkey}\nquorum none\n`)
})

test.each(['P-256', 'P-384', 'P-521'])('sign and verify a folder with %s', (curve) => {
  const { key, pub } = keyPair(curve, curve)
  const { pub: otherPub } = keyPair(`${curve}-other`, curve)
  const signature = at(`${curve}.sig`)
  expect(proofhouse('sign', at('model'), '--key', key, '--signature', signature)).toMatchObject({
    status: 0,
    err: '',
  })
  const verify = (publicKey: string) =>
    proofhouse('verify', at('model'), '--signature', signature, '--key', publicKey)
  expect(verify(pub).out).toContain('2 files as signed')
  expect(verify(pub).status).toBe(0)
  expect(verify(otherPub)).toMatchObject({ status: 1 })
  expect(verify(key).err).toContain('private key')
  writeFileSync(at('model', 'weights.bin'), Uint8Array.of(1, 2, 4))
  const changed = verify(pub)
  writeFileSync(at('model', 'weights.bin'), Uint8Array.of(1, 2, 3))
  expect(changed.status).toBe(1)
  expect(changed.out).toContain('`weights.bin` has changed')
})

test('an encrypted key needs its passphrase', () => {
  const { key } = keyPair('locked', 'P-256', 'open sesame')
  const secret = { mode: 0o600 }
  writeFileSync(at('right'), 'open sesame\r\n', secret)
  writeFileSync(at('wrong'), 'open barley\n', secret)
  writeFileSync(at('blank'), '\n', secret)
  writeFileSync(at('readable'), 'open sesame\n', { mode: 0o644 })
  const sign = (...more: readonly string[]) =>
    proofhouse('sign', at('model'), '--key', key, '--signature', at('locked.sig'), ...more)
  expect(sign()).toMatchObject({ status: 2 })
  expect(sign('--passphrase-file', at('wrong'))).toMatchObject({ status: 2 })
  expect(sign('--passphrase-file', at('wrong')).err).not.toContain('barley')
  expect(sign('--passphrase-file', at('blank')).err).toContain('no passphrase in its first line')
  expect(sign('--passphrase-file', at('readable')).err).toContain('chmod 600')
  expect(sign('--passphrase-file', at('missing')).err).toContain('no passphrase file')
  expect(existsSync(at('locked.sig'))).toBe(false)
  expect(sign('--passphrase-file', at('right'))).toMatchObject({ status: 0 })
})

test('keyless signing takes no service by default, and nothing of a key', () => {
  const sign = (...more: readonly string[]) =>
    proofhouse('sign', at('model'), '--signature', at('keyless.sig'), ...more)
  expect(sign().err).toContain('`--key` with a private key, or `--keyless`')
  expect(sign('--keyless', '--key', at('leaf.key')).err).toContain('does not go with `--keyless`')
  expect(sign('--keyless').err).toContain('needs `--identity-token-file`')
  const url = 'https://127.0.0.1:9'
  const named = ['--keyless', '--identity-token-file', at('none'), '--fulcio', url, '--rekor', url]
  expect(sign(...named, '--trusted-root', at('none')).err).toContain('no token file')
  expect(sign(...named, '--rekor-api', '2').err).toContain('needs `--tsa`')
  expect(existsSync(at('keyless.sig'))).toBe(false)
})

test('sign with a certificate, and verify under the roots one trusts', () => {
  const root = newRoot('root')
  const middle = newAuthority('middle', root)
  const { certificate, key, pem } = newSigner(middle)
  const files = {
    'leaf.pem': pem,
    'chain.pem': middle.pem,
    'root.pem': root.pem,
    'other.pem': newRoot('root').pem,
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(at(name), content)
  writeFileSync(at('leaf.key'), key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const signature = at('certificate.sig')
  const sign = (...more: readonly string[]) =>
    proofhouse('sign', at('model'), '--key', at('leaf.key'), '--signature', signature, ...more)
  const verify = (...more: readonly string[]) =>
    proofhouse('verify', at('model'), '--signature', signature, ...more)
  expect(sign('--chain', at('chain.pem')).err).toContain('--certificate')
  expect(sign('--certificate', at('root.pem')).err).toContain('another key')
  expect(sign('--certificate', at('leaf.pem'), '--chain', at('root.pem')).status).toBe(3)
  const signed = sign('--certificate', at('leaf.pem'), '--chain', at('chain.pem'))
  expect(signed).toMatchObject({ status: 0, err: '' })
  expect(signed.out).toContain('CN=signer')
  const verified = verify('--roots', at('root.pem'))
  expect(verified).toMatchObject({ status: 0, err: '' })
  expect(verified.out).toContain('signer ml@example.com (any name was accepted)')
  expect(verified.out).toContain('revocation was not checked')
  expect(verify('--roots', at('root.pem'), '--identity', 'ml@example.com').status).toBe(0)
  expect(verify('--roots', at('root.pem'), '--identity', 'eve@example.com').status).toBe(1)
  expect(verify('--roots', at('other.pem'))).toMatchObject({ status: 1, err: '' })
  const late = verify('--roots', at('root.pem'), '--valid-at', '2040-01-01T00:00:00Z')
  expect(late.status).toBe(1)
  expect(late.out).toContain(`expired on ${certificate.x509.validToDate.toISOString()}`)
  expect(verify('--roots', at('chain.pem')).err).toContain('is no root')
  expect(verify('--roots', at('leaf.key')).err).toContain('private key')
  expect(verify('--roots', at('root.pem'), '--valid-at', '2040').status).toBe(2)
  expect(verify().err).toContain('whom to believe')
  expect(verify('--key', at('leaf.pem'), '--identity', 'x').err).toContain('does not go with')
  const keyless = ['--trusted-root', at('root.pem'), '--identity', 'x']
  expect(verify(...keyless).err).toContain('`--issuer`')
  expect(verify(...keyless, '--issuer', 'y')).toMatchObject({ status: 1, err: '' })
})

test('what a signature leaves out is said when it is made and when it is checked', () => {
  const { key, pub } = keyPair('coverage', 'P-256')
  const model = at('covered')
  mkdirSync(join(model, 'cache'), { recursive: true })
  writeFileSync(join(model, 'weights.bin'), 'w'.repeat(25))
  writeFileSync(join(model, 'cache', 'x'), 'x')
  symlinkSync(join(model, 'weights.bin'), join(model, 'latest'))
  const signature = at('coverage.sig')
  const sign = (...more: readonly string[]) =>
    proofhouse('sign', model, '--key', key, '--signature', signature, ...more)
  const verify = (...more: readonly string[]) =>
    proofhouse('verify', model, '--key', pub, '--signature', signature, ...more)
  expect(sign().err).toContain('--allow-symlinks')
  expect(sign('--ignore', '../x').err).toContain('cannot be ignored')
  expect(sign('--shard-size', '1e3').status).toBe(2)
  const signed = sign('--allow-symlinks', '--ignore', 'cache', '--shard-size', '10')
  expect(signed.out).toContain('6 parts of files')
  const again = sign('--allow-symlinks', '--ignore', 'cache', '--shard-size', '10', '--json')
  expect(JSON.parse(again.out)).toMatchObject({ method: 'shards', files: 2, resources: 6 })
  expect(signed.out).toContain('through a link: latest')
  expect(signed.out).toContain('not covered: cache (left out by the signer)')
  expect(verify().status).toBe(3)
  const verified = verify('--allow-symlinks')
  expect(verified.out).toContain('policy unsigned files: refuse; symbolic links: follow')
  expect(verified.out).toContain('not covered: cache (left out by the signer)')
  const whole = verify('--allow-symlinks', '--whole')
  expect(whole).toMatchObject({ status: 1, err: '' })
  expect(whole.out).toContain('the signature does not cover `cache`')
  expect(verify('--whole', '--ignore', 'notes').status).toBe(2)
  writeFileSync(join(model, 'notes'), 'n')
  expect(verify('--allow-symlinks').out).toContain('`notes:0:1` was not signed')
  const ignoring = verify('--allow-symlinks', '--ignore', 'notes', '--json')
  expect(JSON.parse(ignoring.out)).toMatchObject({
    verified: true,
    policy: { links: 'follow', ignorePaths: ['notes'] },
    model: { signer: { kind: 'key' }, links: ['latest'] },
  })
})

test('digests from a list are signed, and the signature holds against the files', () => {
  const { key, pub } = keyPair('listed', 'P-256')
  const digestOf = (name: string) =>
    createHash('sha256')
      .update(readFileSync(at('model', name)))
      .digest('hex')
  const lines = ['config.json', 'weights.bin'].map((name) => `${digestOf(name)}  ${name}\n`)
  writeFileSync(at('sums'), lines.join(''))
  const paths = ['--signature', at('listed.sig')]
  const signed = proofhouse('sign', at('model'), '--key', key, '--digests', at('sums'), ...paths)
  expect(signed.out).toContain('no file was read')
  expect(proofhouse('verify', at('model'), '--key', pub, ...paths).out).toContain('every file')
})

test('a broken model is not signed', () => {
  const { key } = keyPair('broken', 'P-256')
  writeFileSync(at('broken.onnx'), readFileSync(join(example, 'model.onnx')).subarray(0, 9_999))
  const ran = proofhouse('sign', at('broken.onnx'), '--key', key, '--signature', at('broken.sig'))
  expect(ran.status).toBe(2)
  expect(existsSync(at('broken.sig'))).toBe(false)
})

test('the signature of an assessment verifies', () => {
  const paths = ['--signature', join(work, 'model.sig'), '--key', join(work, 'keys/signing.pub')]
  const ran = proofhouse('verify', join(example, 'model.onnx'), ...paths)
  expect(ran).toMatchObject({ status: 0, err: '' })
})

test('pack verify: whole, then with trust from outside, then changed', () => {
  const pack = join(work, 'pack.zip')
  const alone = proofhouse('pack', 'verify', pack)
  expect(alone.status).toBe(0)
  expect(alone.out).toMatch(/^intact; origin not established; unwitnessed\n/)
  expect(alone.out).toContain('verdict     warn, computed again')
  const trusted = ['--trust', at('trust.txt'), '--key', join(work, 'keys/signing.pub')]
  expect(proofhouse('pack', 'verify', pack, ...trusted).out).toMatch(
    /^intact; origin established; unwitnessed\n/,
  )
  const { pub } = keyPair('stranger', 'P-256')
  expect(proofhouse('pack', 'verify', pack, '--key', pub).status).toBe(1)
  const bytes = readFileSync(pack)
  for (const share of [0.1, 0.3, 0.5, 0.7, 0.9, 0.999]) {
    const changed = Buffer.from(bytes)
    const offset = Math.floor(bytes.length * share)
    changed[offset] = (changed[offset] ?? 0) ^ 1
    writeFileSync(at('changed.zip'), changed)
    expect([1, 3]).toContain(proofhouse('pack', 'verify', at('changed.zip')).status)
  }
})

test('gate: over the evidence, with another policy, over nothing', () => {
  const gate = (...args: readonly string[]) => proofhouse('gate', ...args)
  expect(gate(systemPath, '--out', work)).toMatchObject({ status: 0, err: '' })
  expect(gate(systemPath, '--out', work, '--fail-on-warn').status).toBe(4)
  expect(gate(systemPath, '--out', work, '--digest', `sha256:${'0'.repeat(64)}`).status).toBe(3)
  expect(gate(systemPath, '--out', work, '--digest', 'sha256:short').status).toBe(2)
  expect(gate(systemPath, '--out', at('nowhere')).status).toBe(2)
  expect(existsSync(at('nowhere'))).toBe(false)
  const strict = readFileSync(systemPath, 'utf8')
    .replace('min: 0.65', 'min: 0.95')
    .replace('warn_at: 0.70', 'warn_at: 0.96')
  expect(strict).not.toBe(readFileSync(systemPath, 'utf8'))
  writeFileSync(at('strict.yaml'), strict.replaceAll(/: (model\.onnx|data\/)/g, `: ${example}/$1`))
  const ran = gate(at('strict.yaml'), '--out', work)
  expect(ran.status).toBe(1)
  expect(ran.out).toMatch(/^fail {2}/)
})

test('ledger fsck and ledger proof, with and without trust', async () => {
  const ledger = join(work, 'ledger')
  expect(proofhouse('ledger', 'fsck', ledger).out).toContain('origin not established')
  expect(proofhouse('ledger', 'fsck', ledger, '--trust', at('trust.txt')).out).toContain(
    'origin established',
  )
  const proof = proofhouse(
    'ledger',
    'proof',
    ledger,
    '--index',
    '2',
    '--output',
    at('2.tlog-proof'),
  )
  expect(proof).toMatchObject({ status: 0, err: '' })
  const trust = parseTrustPolicy(readFileSync(at('trust.txt'), 'utf8'))
  const text = readFileSync(at('2.tlog-proof'), 'utf8')
  await expect(
    verifyTlogProof({ proof: text, entry: new Uint8Array(3), trust }),
  ).rejects.toMatchObject({
    code: 'proof-invalid',
  })
  expect(proofhouse('ledger', 'proof', ledger, '--index', '999').status).toBe(2)
  expect(proofhouse('ledger', 'proof', ledger, '--index', '-1').status).toBe(2)
  expect(proofhouse('ledger', 'proof', folder, '--index', '0').status).toBe(2)
  expect(proofhouse('ledger').err).toContain('fsck')
})

test('help of the program and of every command', () => {
  const help = proofhouse('--help')
  expect(help.status).toBe(0)
  for (const words of [
    'assess',
    'gate',
    'sign',
    'verify',
    'ledger fsck',
    'ledger proof',
    'pack verify',
  ]) {
    expect(help.out).toContain(`  ${words}`)
    const own = proofhouse(...words.split(' '), '--help')
    expect(own).toMatchObject({ status: 0, err: '' })
    expect(own.out).toMatch(/^proofhouse .*\n\n/)
    expect(own.out).toContain('Exit codes')
  }
  expect(proofhouse('--version').out).toMatch(/^\d+\.\d+\.\d+\n$/)
  expect(proofhouse('verify', 'x', '--json')).toMatchObject({ status: 2 })
  expect(proofhouse('verify', 'x', '--json').out).toContain('"code":"usage-invalid"')
})

test('one decision is explained in words, and nothing is recorded of it', () => {
  const copied = at('explained')
  const file = copyExample(copied, withoutChecks)
  const ran = proofhouse('explain', file, '--row', '3', '--most', '2')
  expect(ran).toMatchObject({ status: 0, err: '' })
  expect(ran.out).toMatch(
    /^row 3: bad, score 0\.550; others score 0\.\d{3} on average \(in log-odds, .*: 0\.200; others \d.*\)\n1\. .*checking account.* lowered the log-odds of the score/,
  )
  const lines = ran.out.trimEnd().split('\n')
  expect(lines).toHaveLength(4)
  expect(lines.at(-1)).toMatch(
    /^run by ONNX Runtime [\d.]+ as native code, (in|without) namespaces of its own; signature: not verified$/,
  )
  expect(existsSync(join(copied, '.proofhouse'))).toBe(false)
  const page = at('decision.html')
  expect(proofhouse('explain', file, '--row', '3', '--html', page)).toMatchObject({ status: 0 })
  expect(readFileSync(page, 'utf8')).toContain('The way of the score, in log-odds')
  expect(proofhouse('explain', file, '--row', '3', '--html', page)).toMatchObject({ status: 0 })
  const before = readFileSync(file, 'utf8')
  const refused = proofhouse('explain', file, '--row', '3', '--html', file)
  expect(refused).toMatchObject({ status: 2, out: '' })
  expect(refused.err).toContain('is no page of a decision')
  expect(readFileSync(file, 'utf8')).toBe(before)
  expect(proofhouse('explain', file, '--row', '501')).toMatchObject({ status: 2, out: '' })
  expect(proofhouse('explain', file, '--row', '0').err).toContain('whole number from 1')
})

test('bom: the assessed model with its card, its data and its packages', () => {
  const [file, requirements] = [at('bom.json'), join(example, 'requirements.txt')]
  const about = ['--report', join(work, 'report.json'), '--model', join(example, 'model.onnx')]
  const ran = proofhouse('bom', requirements, ...about, '--file', file, '--out', at('boms'))
  expect(ran).toMatchObject({ status: 0, err: '' })
  expect(ran.out).toMatch(
    /18 packages, 2 data sets, model sha256:[0-9a-f]{64}\nrecorded as entry 0/,
  )
  const text = readFileSync(file, 'utf8')
  expect(text).toContain('"type": "fairness.demographic_parity_ratio"')
  const spdx = proofhouse('bom', requirements, ...about, '--format', 'spdx-3.0.1')
  expect(spdx.status).toBe(0)
  expect(spdx.out).toContain('"type": "ai_AIPackage"')
  // A bill is an inventory: what it names can be checked for vulnerabilities.
  expect(proofhouse('vulns', file).out).toContain('in 18 packages')
  const other = proofhouse('bom', requirements, ...about.slice(0, 3), file)
  expect(other).toMatchObject({ status: 3, out: '' })
  expect(other.err).toContain('[model-changed]')
  writeFileSync(at('open.txt'), 'numpy>=1')
  expect(proofhouse('bom', at('open.txt'), '--file', at('open.json')).status).toBe(3)
  expect(proofhouse('bom', at('open.txt'), '--format', 'spdx').status).toBe(2)
  expect(proofhouse('bom', at('open.txt'), '--report', file).err).toContain('[inventory-malformed]')
})
