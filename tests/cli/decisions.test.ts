// The decision log by the real program: declared, recorded, found, shown, erased, checked, and taken over HTTP by a process of its own.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { createInterface } from 'node:readline/promises'
import { isJsonObject, parseJson, utf8 } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { newFolder, programPath, proofhouse } from '../assess/run-program.fixture.ts'

const folder = newFolder()
const at = (name: string) => join(folder, name)
const work = at('work')
const decisions = (name: string, ...given: readonly string[]) =>
  proofhouse('decisions', name, ...given, '--out', work)
const erase = (...given: readonly string[]) =>
  proofhouse('subjects', 'erase', ...given, '--out', work)
const json = (name: string, ...given: readonly string[]): unknown =>
  JSON.parse(decisions(name, ...given, '--json').out)

const declaration = `id: credit-eu
model: ${'1e'.repeat(32)}
input: {age: {type: number}, income: {type: number}, iban: {type: text}, note: {type: text}}
output: {label: {type: text, values: [approved, declined]}}
outcome: label
mask: [input/iban]
drop: [input/note]
apart: [input/income]
`

/** Number `sequence` of a source, about one of three people. */
const decision = (sequence: number, fields: object = {}) => ({
  id: `d-${sequence}`,
  source: 'gateway',
  sequence,
  time: '2026-01-31T12:00:00Z',
  deployment: 'credit-eu',
  subject: `p-${sequence % 3}`,
  input: { age: 30, income: 7000 + sequence, iban: 'DE8937', note: 'tall' },
  output: { label: sequence % 2 === 0 ? 'approved' : 'declined' },
  ...fields,
})

/** Writes decisions one on each line, and gives the path. */
function lines(...values: readonly (object | string)[]): string {
  const texts = values.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
  writeFileSync(at('decisions.jsonl'), texts.join('\n'))
  return at('decisions.jsonl')
}

test('decisions are taken as declared, once each, and found by who and what they are about', () => {
  writeFileSync(at('credit-eu.yaml'), declaration)
  expect(decisions('record', lines(decision(0))).out).toContain('`deployment` names none')
  expect(decisions('deploy', at('credit-eu.yaml'))).toMatchObject({ status: 0, err: '' })
  const first = Array.from({ length: 8 }, (_, n) => decision(n))
  expect(json('record', lines(...first, decision(9)))).toMatchObject({ accepted: 9, size: 9 })
  const again = decisions(
    'record',
    '--json',
    lines(
      decision(0),
      decision(1, { id: 'other' }),
      '{"id":1,"id":2}',
      decision(10, { time: '2026-02-30T12:00:00Z' }),
    ),
  )
  expect(again.status).toBe(1)
  expect(JSON.parse(again.out)).toMatchObject({
    accepted: 0,
    repeated: 1,
    refused: [
      { line: 2 },
      { line: 3 },
      { line: 4, problem: '`time` must be a moment like 2026-01-31T12:00:00Z' },
    ],
    size: 9,
  })
  // Sent again after another model was deployed.
  writeFileSync(at('next.yaml'), declaration.replace('1e1e', '2e2e'))
  expect(decisions('deploy', at('next.yaml'))).toMatchObject({ status: 0 })
  expect(json('record', lines(decision(1)))).toMatchObject({ repeated: 1, size: 9 })
  // Sent again after what is kept of it was changed, what it is found by, and what it must hold: what was taken keeps its meaning.
  const changed = declaration
    .replace('mask: [input/iban]', 'mask: [input/age]')
    .replace('outcome: label', 'outcome: rank')
    .replace('output: {', 'output: {rank: {type: text}, ')
  writeFileSync(at('changed.yaml'), changed)
  expect(json('deploy', at('changed.yaml'))).toMatchObject({ version: 3 })
  expect(json('deploy', at('changed.yaml'))).toMatchObject({ version: 3, index: null })
  const other = decision(2, { id: 'other' })
  expect(json('record', lines(decision(0), decision(1), other, decision(11)))).toMatchObject({
    repeated: 2,
    refused: [
      { line: 3, problem: 'output: `rank` is missing' },
      { line: 4, problem: 'output: `rank` is missing' },
    ],
  })
  expect(json('check')).toMatchObject({ findings: [] })
  expect(decisions('deploy', at('credit-eu.yaml'))).toMatchObject({ status: 0 })
  expect(json('sources')).toEqual([{ source: 'gateway', next: 10, gaps: [{ from: 8, to: 9 }] }])
  expect(json('find', '--subject', 'p-0', '--outcome', 'declined')).toMatchObject([
    { index: 3, sequence: 3, erased: false },
    { index: 8, sequence: 9 },
  ])
  const shown = decisions('show', '1').out
  expect(shown).toContain('input/income  7001')
  expect(shown).toContain('"iban":"***"')
  expect(shown).not.toMatch(/DE8937|tall/)
  expect(decisions('show', '9')).toMatchObject({ status: 2 })
})

test('a person is erased: pending, then final; every receipt still verifies', () => {
  const kept = at('kept.json')
  expect(decisions('receipt', '3', '--show', 'output', '--output', kept)).toMatchObject({
    status: 0,
  })
  expect(readFileSync(kept, 'utf8')).not.toContain('7003')
  expect(erase('--subject', 'p-0').out).toContain('4 decisions erased')
  expect(decisions('show', '3').out).toContain('its content was erased')
  expect(json('find', '--subject', 'p-0')).toEqual([])
  const verified = (name: string) => proofhouse('verify', 'receipt', at(name))
  const receipt = (index: string, name: string, ...given: readonly string[]) => {
    expect(decisions('receipt', index, '--output', at(name), ...given)).toMatchObject({
      err: '',
      status: 0,
    })
    return verified(name)
  }
  expect(receipt('3', 'pending.json').out).toContain('pending: copies may linger')
  expect(json('end-epoch')).toMatchObject({ epoch: 2, final: [{ reason: 'request' }] })
  expect(json('end-epoch')).toMatchObject({ epoch: 3, final: [] })
  expect(receipt('3', 'final.json').out).toMatch(/^valid, content erased \(statement \d+, final\)/)
  expect(verified('kept.json')).toMatchObject({ status: 0 })
  expect(receipt('1', 'shown.json').out).toContain('shown       input/income: 7001')
  expect(json('check')).toMatchObject({ entries: 9, opened: 5, erased: 4, findings: [] })
  // The same again gets the entry that it had, and brings nothing back.
  expect(json('record', lines(decision(3)))).toMatchObject({ repeated: 1, size: 9 })
  expect(decisions('show', '3').out).toContain('its content was erased')
  for (const ledger of ['ledger', 'decisions/ledger'])
    expect(proofhouse('ledger', 'fsck', join(work, ledger))).toMatchObject({ status: 0 })
})

/** What the program says once it listens. */
async function ready(output: Readable): Promise<Readonly<Record<string, string>>> {
  for await (const line of createInterface(output)) {
    const value = parseJson(utf8(line), 'json-not-canonical')
    if (!isJsonObject(value)) break
    const texts = Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    )
    return Object.fromEntries(texts)
  }
  throw new Error('it does not listen')
}

test.each([
  [[], 'name either'],
  [['--subject', 'p-1', '--entry', '1'], 'name either'],
  [['--entry', '99'], 'there is no decision 99'],
])('not erased: %j', (given, problem) => {
  const { status, err } = erase(...given)
  expect(err).toContain(problem)
  expect(status).toBe(2)
})

test.each([
  [['receipt', '1', '--show', 'person'], 'has no group `person`'],
  [['find', '--from', 'yesterday'], 'is a moment like'],
  [['serve', '--host', '0.0.0.0'], 'is not this machine alone'],
])('refused: %j', ([name = '', ...given], problem) => {
  const { status, err } = decisions(name, ...given)
  expect(err).toContain(problem)
  expect(status).toBe(2)
})

test('over HTTP: with the token only, as strictly, and durable before it is answered', async () => {
  const args = ['decisions', 'serve', '--port', '0', '--json', '--out', work]
  const child = spawn(process.execPath, [programPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { address = '', tokenFile = '' } = await ready(child.stdout)
  expect(statSync(tokenFile).mode & 0o077).toBe(0)
  const token = readFileSync(tokenFile, 'utf8').trim()
  const post = async (
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ) => {
    const answer = await fetch(`${address}/api/v1/decisions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body,
    })
    const value: unknown = await answer.json()
    return { status: answer.status, value }
  }
  const good = JSON.stringify([decision(8), decision(3), decision(10, { extra: 1 })])
  expect(await post(good, { authorization: '' })).toMatchObject({ status: 401 })
  expect(await post(good, { authorization: `Bearer ${token}x` })).toMatchObject({ status: 401 })
  expect(await post(good, { 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
  for (const body of [
    '',
    '{}',
    '[',
    '[{"id":1,"id":2}]',
    JSON.stringify(Array(2001).fill(0)),
    Uint8Array.of(0x5b, 0x22, 0xff, 0x22, 0x5d),
  ])
    expect(await post(body)).toMatchObject({ status: 400, value: { title: 'decision-malformed' } })
  const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`
  const nested = JSON.stringify([decision(11, { explanation: 0 })]).replace(
    '"explanation":0',
    `"explanation":${deep}`,
  )
  expect(await post(nested)).toMatchObject({
    status: 200,
    value: { outcomes: [{ status: 'refused' }] },
  })
  expect((await post(good)).value).toEqual({
    outcomes: [
      { status: 'accepted', index: 9 },
      { status: 'repeated', index: 3 },
      { status: 'refused', problem: '`extra` is not a field of a decision' },
    ],
  })
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(json('find', '--after', '8')).toMatchObject([{ index: 9, sequence: 8 }])
  expect(json('check')).toMatchObject({ entries: 10, opened: 6, findings: [] })
})

test('a file with no token in it lets nobody in', () => {
  writeFileSync(join(work, 'keys/decisions.token'), '\n', { mode: 0o600 })
  const { status, err } = decisions('serve', '--port', '0')
  expect(err).toContain('no token')
  expect(status).toBe(2)
})

test('a log put back from an older copy is not opened, until the loss is declared; what was erased is erased again', () => {
  rmSync(join(work, 'keys/decisions.token'))
  const copy = at('copy')
  cpSync(join(work, 'decisions'), copy, { recursive: true })
  const putBack = (name: string, from: string) => {
    rmSync(join(work, name), { recursive: true })
    cpSync(from, join(work, name), { recursive: true })
  }
  expect(json('find', '--subject', 'p-2')).toMatchObject([{ index: 2 }, { index: 5 }, { index: 9 }])
  expect(json('record', lines(decision(10)))).toMatchObject({ accepted: 1, size: 11 })
  expect(erase('--subject', 'p-2')).toMatchObject({ status: 0 })
  const newest = at('newest')
  cpSync(join(work, 'decisions'), newest, { recursive: true })

  putBack('decisions', copy)
  for (const [name = '', ...given] of [
    ['record', lines(decision(10))],
    ['show', '1'],
    ['end-epoch'],
    ['serve'],
  ]) {
    const { status, err } = decisions(name, ...given)
    expect(err).toContain('states a head of 11 of this decision log, which has 10 entries')
    expect(err).toContain('[ledger-older]')
    expect(status).toBe(3)
  }
  const cut = decisions('check')
  expect(cut.status).toBe(1)
  expect(cut.out).toContain('states a head of 11: this is an older copy, or was cut')
  // Taken away, it is no new one either, and looking at it does not make it one.
  rmSync(join(work, 'decisions'), { recursive: true })
  expect(decisions('check')).toMatchObject({ status: 1 })
  expect(decisions('sources').err).toContain('which has 0 entries')

  putBack('decisions', copy)
  expect(json('restore')).toMatchObject({ size: 10, sizeBefore: 11 })
  expect(json('find', '--subject', 'p-2')).toEqual([])
  expect(decisions('show', '2').out).toContain('its content was erased')
  expect(decisions('restore').out).toContain('nothing to declare: the log has 10 decisions')
  expect(json('check')).toMatchObject({ restores: [{ size: 10, sizeBefore: 11 }] })
  expect(json('record', lines(decision(11)))).toMatchObject({ accepted: 1, size: 11 })
  expect(json('check')).toMatchObject({ findingsInAll: 0 })

  // As long as the one that was stated, and another.
  putBack('decisions', newest)
  expect(decisions('sources').err).toContain('which has other entries up to there')
  expect(decisions('check').out).toContain('is not the one that entry')
})
