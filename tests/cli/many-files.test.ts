// More files of packages than one statement of the ledger can name: the check and the bill are recorded in parts, and checked
// again as the one thing that they are.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJson,
  utf8,
} from '@proofhouse/evidence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newFolder, proofhouseIn } from '../assess/run-program.fixture.ts'
import { recordedIn } from './recorded.fixture.ts'

const folder = newFolder()
const filesCount = 700
const last = `p${filesCount - 1}`

beforeAll(() => {
  for (let n = 0; n < filesCount; n++) {
    mkdirSync(join(folder, `project/p${n}`), { recursive: true })
    writeFileSync(join(folder, `project/p${n}/requirements.txt`), `own-${n}==1.0\nshared==1.0\n`)
  }
  const record = (id: string, name: string) => ({
    id,
    modified: '2026-01-05T00:00:00Z',
    affected: [{ package: { ecosystem: 'PyPI', name }, versions: ['1.0'] }],
  })
  for (const one of [
    record('CVE-2026-1', 'own-0'),
    record('CVE-2026-2', 'shared'),
    record('CVE-2026-3', `own-${filesCount - 1}`),
  ]) {
    for (const mirror of one.id === 'CVE-2026-3' ? ['osv'] : ['osv', 'older']) {
      mkdirSync(join(folder, mirror, 'PyPI'), { recursive: true })
      writeFileSync(join(folder, mirror, `PyPI/${one.id}.json`), JSON.stringify(one))
    }
  }
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const inFolder = (...args: readonly string[]) => proofhouseIn(folder, ...args)
const jsonOf = (text: string): JsonObject => {
  const value = parseJson(utf8(text), 'json-not-canonical')
  if (!isJsonObject(value)) throw new Error(`no object: ${text}`)
  return value
}
const listOf = (value: JsonValue | undefined): readonly JsonObject[] =>
  (Array.isArray(value) ? (value as readonly JsonValue[]) : []).filter((one) => isJsonObject(one))

test('a check is recorded in parts, each with what was found in its files', () => {
  const ran = inFolder('vulns', 'project', '--osv', 'osv', '--out', 'work', '--json')
  expect(ran).toMatchObject({ status: 1, err: '' })
  const parts = recordedIn(join(folder, 'work'))
  expect(parts.length).toBeGreaterThan(1)
  const found = parts.map(({ subject, predicate }) => ({
    names: listOf(subject).map(({ name }) => name),
    ids: listOf(
      isJsonObject(predicate) && isJsonObject(predicate['scanner'])
        ? predicate['scanner']['result']
        : undefined,
    ).map(({ id }) => id),
  }))
  expect(new Set(found.flatMap(({ names }) => names)).size).toBe(filesCount)
  for (const { names, ids } of found)
    expect(ids.map(String).toSorted()).toEqual([
      ...(names.includes('project/p0/requirements.txt') ? ['CVE-2026-1'] : []),
      // In more files than are kept of one package, so that every part says it.
      'CVE-2026-2',
      ...(names.includes(`project/${last}/requirements.txt`) ? ['CVE-2026-3'] : []),
    ])
})

test('a bill in parts is checked again as one, against the parts of its last check', () => {
  const out = ['--out', 'bills']
  const bill = inFolder('bom', 'project', '--file', 'bom.json', '--json', ...out)
  expect(bill).toMatchObject({ status: 0, err: '' })
  const { recorded } = jsonOf(bill.out)
  const parts = listOf(isJsonObject(recorded) ? recorded['entries'] : undefined).length
  expect(parts).toBeGreaterThan(1)
  const recheck = (mirror: string) =>
    jsonOf(inFolder('vulns', '--recheck', ...out, '--osv', mirror, '--json').out)
  expect(recheck('older')['boms']).toMatchObject([
    { index: 0, since: null, becameKnown: { length: 2 }, entries: { length: parts } },
  ])
  expect(recheck('osv')['boms']).toMatchObject([
    { index: 0, since: { index: parts }, becameKnown: [{ id: 'CVE-2026-3' }] },
  ])
})
