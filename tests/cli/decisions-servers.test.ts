// A workspace whose decision log is kept in PostgreSQL, by the real program: settings, secrets by file and by variable, and what is refused.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, describe, expect, test } from 'vitest'
import { startPostgres } from '../../packages/platform/src/adapters/postgres.fixture.ts'
import { newFolder, proofhouse } from '../assess/run-program.fixture.ts'

const server = await startPostgres()
const url = (await server?.newDatabase()) ?? ''
const variable = 'PROOFHOUSE_TEST_DATABASE_URL'
afterAll(async () => {
  delete process.env[variable]
  await server?.stop()
})

const folder = newFolder()
const work = join(folder, 'work')
const settings = join(work, 'decisions/storage.yaml')
const tiles = join(folder, 'tiles')
const decisions = (name: string, ...given: readonly string[]) =>
  proofhouse('decisions', name, ...given, '--out', work)
const erase = (...given: readonly string[]) =>
  proofhouse('subjects', 'erase', ...given, '--out', work)
const json = (name: string, ...given: readonly string[]): unknown => {
  const { out, err } = decisions(name, ...given, '--json')
  expect(err).toBe('')
  return JSON.parse(out)
}
const lines = join(folder, 'decisions.jsonl')
function write(from: number, to: number): void {
  const decision = (n: number) => ({
    id: `d-${n}`,
    source: 'gateway',
    sequence: n,
    time: '2026-01-31T12:00:00Z',
    deployment: 'credit',
    subject: `p-${n % 2}`,
    input: { age: 30 + n },
    output: { label: 'approved' },
  })
  const all = Array.from({ length: to - from }, (_, n) => JSON.stringify(decision(from + n)))
  writeFileSync(lines, all.join('\n'))
}
const declaration = `id: credit
model: ${'1e'.repeat(32)}
input: {age: {type: number}}
output: {label: {type: text}}
outcome: label
`

describe.skipIf(server === null)('a decision log in PostgreSQL', () => {
  test('is recorded, found, erased and checked as one in a folder is', () => {
    mkdirSync(join(work, 'decisions'), { recursive: true })
    writeFileSync(
      settings,
      'database: {url_file: url}\nledger: {folder: ../../tiles}\nvault: postgresql\n',
    )
    writeFileSync(join(work, 'decisions/url'), `${url}\n`, { mode: 0o600 })
    writeFileSync(join(folder, 'credit.yaml'), declaration)
    expect(decisions('deploy', join(folder, 'credit.yaml'))).toMatchObject({ status: 0, err: '' })
    write(0, 6)
    expect(json('record', lines)).toMatchObject({ accepted: 6, size: 6 })
    expect(json('find', '--subject', 'p-1')).toHaveLength(3)
    expect(erase('--subject', 'p-1').out).toContain('3 decisions erased')
    expect(json('end-epoch')).toMatchObject({ epoch: 2, final: [{ reason: 'request' }] })
    expect(json('check')).toMatchObject({ entries: 6, opened: 3, erased: 3, findings: [] })
    expect(decisions('show', '1').out).toContain('its content was erased')
    const receipt = join(folder, 'receipt.json')
    expect(decisions('receipt', '0', '--output', receipt)).toMatchObject({ status: 0, err: '' })
    expect(proofhouse('verify', 'receipt', receipt)).toMatchObject({ status: 0 })
    expect(proofhouse('ledger', 'fsck', tiles).out).toContain('6')
    // Nothing of it is in the workspace.
    expect(existsSync(join(work, 'decisions/vault'))).toBe(false)
    expect(existsSync(join(work, 'decisions/ledger'))).toBe(false)
  })

  test('is found by a variable of the environment, too', () => {
    writeFileSync(
      settings,
      readFileSync(settings, 'utf8').replace('url_file: url', `url_env: ${variable}`),
    )
    expect(decisions('sources')).toMatchObject({ status: 2 })
    expect(decisions('sources').err).toContain(variable)
    process.env[variable] = url
    expect(json('sources')).toEqual([{ source: 'gateway', next: 6, gaps: [] }])
    process.env[variable] = 'mysql://me:hidden@somewhere'
    const refused = decisions('sources')
    expect(refused.status).toBe(2)
    expect(refused.err).not.toContain('hidden')
    process.env[variable] = url
  })

  test('never begins anew under the key that signed it', () => {
    const kept = readFileSync(settings, 'utf8')
    rmSync(settings)
    expect(decisions('sources').err).toContain('is missing; bring it back')
    writeFileSync(settings, kept)
    // A copy of the workspace, with another folder for tiles, is another server at the same log.
    const copy = join(folder, 'copy')
    cpSync(work, copy, { recursive: true })
    const elsewhere = kept.replace('../../tiles', '../../other')
    writeFileSync(join(copy, 'decisions/storage.yaml'), elsewhere)
    const refused = proofhouse('decisions', 'sources', '--out', copy)
    expect(refused.err).toContain('ledger-corrupt')
    write(6, 8)
    // One of them is about the person who was erased, and was decided before.
    expect(json('record', lines)).toMatchObject({ accepted: 1, erased: 1, size: 8 })
  })

  test('is not put in the place of one that a workspace has in its folder', () => {
    const local = join(folder, 'local')
    const given = ['--out', local] as const
    proofhouse('decisions', 'deploy', join(folder, 'credit.yaml'), ...given)
    write(0, 2)
    expect(proofhouse('decisions', 'record', lines, ...given).out).toContain('2')
    cpSync(settings, join(local, 'decisions/storage.yaml'))
    expect(proofhouse('decisions', 'sources', ...given).err).toContain('has a decision log already')
  })
})
