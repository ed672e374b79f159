// A model whose signature is demanded: what is loaded is what was signed, by whom it had to be, or nothing is loaded at all; and
// what held it while it ran is said.

import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { type JsonObject, parseJson } from '@proofhouse/evidence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  newAuthority,
  newRoot,
  newSigner,
} from '../../packages/platform/src/artifacts/certificates/certificates.fixture.ts'
import { recordedIn } from '../cli/recorded.fixture.ts'
import { copyExample, newFolder, proofhouse, withoutChecks } from './run-program.fixture.ts'

const folder = newFolder()
const at = (name: string) => join(folder, name)
const systemPath = at('proofhouse.yaml')
const workspace = at('.proofhouse')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function keyPair(name: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(at(`${name}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  })
  writeFileSync(at(`${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }))
}

function sign(...options: readonly string[]): void {
  const { status, err } = proofhouse('sign', at('model.onnx'), ...options)
  if (status !== 0) throw new Error(err)
}

let example = ''
/** The example's system file with a section below `model`. */
const demand = (section: string) => {
  writeFileSync(systemPath, example.replace('  sign: true\n', section))
}

beforeAll(() => {
  copyExample(folder, withoutChecks)
  example = readFileSync(systemPath, 'utf8')
  keyPair('ours')
  keyPair('other')
  sign('--key', at('ours.key'), '--signature', at('key.sig'))
  sign('--key', at('ours.key'), '--signature', at('shards.sig'), '--shard-size', '1000')
  const root = newRoot('root')
  const middle = newAuthority('middle', root)
  const { key, pem } = newSigner(middle)
  for (const [name, text] of [
    ['root.pem', root.pem],
    ['chain.pem', middle.pem],
    ['leaf.pem', pem],
  ] as const)
    writeFileSync(at(name), text)
  writeFileSync(at('leaf.key'), key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const chained = ['--certificate', at('leaf.pem'), '--signature', at('chain.sig')]
  sign('--key', at('leaf.key'), ...chained)
})

const modelOf = (path: string) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the program's own output
  const report = parseJson(readFileSync(path), 'encoding-invalid') as {
    artifacts: { model: { run: JsonObject } }
  }
  return report.artifacts.model.run
}

test('one that was signed runs as native code, and the evidence names the key', () => {
  demand('  signature:\n    path: key.sig\n    key: ours.pub\n')
  const ran = proofhouse('assess', systemPath, '--json')
  expect(ran).toMatchObject({ status: 0, err: '' })
  const run = modelOf(join(workspace, 'report.json'))
  expect(run).toEqual({
    confinement: {
      runtime: 'native',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as unknown,
      namespaces: expect.any(Array) as unknown,
      files: expect.stringMatching(/^(own_view|permissions)$/) as unknown,
      memory_mb: 4096,
      cpu_seconds: process.platform === 'linux' ? 1205 : null,
      wall_seconds: 600,
    },
    verification: {
      verdict: 'verified',
      path: 'key.sig',
      by: 'key',
      key_id: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      name: null,
      issuer: null,
    },
  })
  expect(parseJson(new TextEncoder().encode(ran.out), 'encoding-invalid')).toMatchObject({
    model_run: run,
  })
  const measured = recordedIn(workspace).find(({ predicate }) => 'modelRun' in predicate)
  expect(measured?.predicate['modelRun']).toMatchObject({
    runtime: 'native',
    signature: { verdict: 'verified', signer: { by: 'key', name: null } },
  })
  rmSync(workspace, { recursive: true })
})

test('one that nobody vouches for runs in WebAssembly, with the same answers', () => {
  demand('')
  const ran = proofhouse('assess', systemPath, '--json')
  expect(ran).toMatchObject({ status: 0, err: '' })
  expect(modelOf(join(workspace, 'report.json'))).toMatchObject({
    confinement: { runtime: 'wasm' },
    verification: { verdict: 'not verified' },
  })
  expect(ran.out).toContain('"measure":"performance.accuracy","over":[],"slice":null,"value":0.742')
  rmSync(workspace, { recursive: true })
})

const explain = (...options: readonly string[]) =>
  proofhouse('explain', systemPath, '--row', '1', ...options)

test.each([
  ['in shards', 'key', '    path: shards.sig\n    key: ours.pub\n'],
  [
    'with a certificate',
    'certificate',
    '    path: chain.sig\n    roots: root.pem\n    chain: chain.pem\n    identity: ml@example.com\n',
  ],
])('a signature %s holds for a decision that is explained', (_, by, section) => {
  demand(`  signature:\n${section}`)
  const { status, out, err } = explain('--json')
  expect({ status, err }).toEqual({ status: 0, err: '' })
  expect(parseJson(new TextEncoder().encode(out), 'encoding-invalid')).toMatchObject({
    model_run: { verification: { verdict: 'verified', by } },
  })
})

test.each([
  [
    'of somebody else',
    '    path: key.sig\n    key: other.pub\n',
    /model.onnx: will not be loaded: key.sig does not hold for it: .*\[envelope-signature-invalid\]/,
  ],
  [
    'for another name',
    '    path: chain.sig\n    roots: root.pem\n    chain: chain.pem\n    identity: eve@example.com\n',
    /not by `eve@example.com` \[certificate-untrusted\]/,
  ],
  ['that is not there', '    path: no.sig\n    key: ours.pub\n', /\[file-missing\]/],
])('a signature %s refuses the model, and leaves nothing', (_, section, said) => {
  demand(`  signature:\n${section}`)
  for (const ran of [proofhouse('assess', systemPath), explain()]) {
    expect(ran.status).not.toBe(0)
    expect(ran.out).toBe('')
    expect(ran.err).toMatch(said)
  }
  expect(existsSync(workspace)).toBe(false)
})

test('one changed byte refuses the model', () => {
  demand('  signature:\n    path: key.sig\n    key: ours.pub\n')
  const whole = readFileSync(at('model.onnx'))
  // In the producer's name, which changes no answer.
  const changed = Uint8Array.from(whole)
  const name = whole.indexOf('skl2onnx')
  expect(name).toBeGreaterThan(0)
  changed[name] = 'S'.charCodeAt(0)
  writeFileSync(at('model.onnx'), changed)
  const ran = proofhouse('assess', systemPath)
  writeFileSync(at('model.onnx'), whole)
  expect(ran).toMatchObject({ status: 3, out: '' })
  expect(ran.err).toContain('[model-changed]')
  expect(existsSync(workspace)).toBe(false)
})
