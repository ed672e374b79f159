// Receipts of decisions by the real program: what it answers, and with which exit code.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import vectors from '../../spec/vectors/receipts.json' with { type: 'json' }
import { newFolder, proofhouse } from '../assess/run-program.fixture.ts'

const folder = newFolder()
const at = (name: string) => join(folder, name)
const all = [...vectors.valid, ...vectors.invalid]

/** Writes a vector's receipt and gives its path. */
function receipt(name: string): string {
  const found = all.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no vector is named ${name}`)
  writeFileSync(at('receipt.json'), JSON.stringify(found.receipt))
  return at('receipt.json')
}

beforeAll(() => {
  writeFileSync(at('trust.txt'), vectors.trust.decisions)
  writeFileSync(at('evidence.txt'), vectors.trust.evidence)
  writeFileSync(at('signer.pub'), vectors.trust.keys[0] ?? '')
})

const trust = () => ['--trust', at('trust.txt'), '--evidence-trust', at('evidence.txt')]
const signer = () => ['--key', at('signer.pub')]

test('shown: what was decided, and that nobody vouches for the log yet', () => {
  const { status, out, err } = proofhouse('verify', 'receipt', receipt('some groups are shown'))
  expect({ status, err }).toEqual({ status: 0, err: '' })
  expect(out.split('\n')).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^decided {5}by credit-eu, with model sha256:[0-9a-f]{64}, at 2026-/),
      'logged      example.org/decisions: entry 2; number 0 of gateway-1',
      'shown       output: {"label":"approved","score":0.875}',
      'not shown   context, explanation, id, input',
      'whose log it is, is not established: give --trust from elsewhere',
    ]),
  )
})

test('shown, with a policy from elsewhere: the origin is established, and who saw it', () => {
  const path = receipt('everything is shown, and a witness has seen the log')
  const { status, out } = proofhouse('verify', 'receipt', path, ...trust(), ...signer())
  expect(status).toBe(0)
  expect(out).toContain('valid; origin established; witnessed by w1')
  expect(out).toContain('witness     w1 at 2026-01-31T12:00:00.000Z')
  expect(out).not.toContain('not established')
})

test('erased: its statement is told, and passes', () => {
  const path = receipt('erased, final')
  const { status, out } = proofhouse('verify', 'receipt', path)
  expect(status).toBe(0)
  expect(out).toContain('valid, content erased (statement 1, final)')
  expect(out).toContain('a person asked for it at 2026-02-01T00:00:00Z')
  expect(out).toContain('who erased it, is not established')
  const json = proofhouse('verify', 'receipt', path, ...signer(), '--json')
  expect(JSON.parse(json.out)).toMatchObject({
    verified: true,
    receipt: { verdict: 'erased', erasureEstablished: false },
    erasure: { state: 'final', stores: [{ store: 'vault' }] },
  })
})

test.each([
  ['nothing is shown', 'valid, content withheld'],
  ['an entry that the proof does not lead to', 'missing: the entry is not in the log'],
  ['a value was changed', 'not verified: '],
  ['a checkpoint whose signature was changed', 'not verified: '],
  ['a statement of erasure signed by another key than it names', 'not verified: '],
  ['another type', 'not verified: '],
])('does not pass: %s', (name, text) => {
  const { status, out } = proofhouse('verify', 'receipt', receipt(name))
  expect(status).toBe(1)
  expect(out).toContain(text)
})

test('a witness that is asked for and did not sign leaves it open', () => {
  const path = receipt('everything is shown')
  const { status, err } = proofhouse('verify', 'receipt', path, ...trust())
  expect(status).toBe(3)
  expect(err).toContain('[trust-not-met]')
})

test('a policy that is none, a key that is none and a file that is not there are usage', () => {
  const path = receipt('everything is shown')
  for (const args of [
    [path, '--trust', at('signer.pub')],
    [path, '--key', at('trust.txt')],
    [at('nothing')],
  ])
    expect(proofhouse('verify', 'receipt', ...args)).toMatchObject({ status: 2, out: '' })
})

test('what a stranger writes does not steer the terminal', () => {
  writeFileSync(at('page.html'), '<html>\u001b[2J')
  const { status, out } = proofhouse('verify', 'receipt', at('page.html'))
  expect(status).toBe(1)
  expect(out).toContain('the page holds no receipt')
})
