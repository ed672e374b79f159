// What other tools measured, taken in by the real program beside what it measured itself of the same data.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, type JsonObject, parseJson, utf8 } from '@proofhouse/evidence'
import { beforeAll, expect, test } from 'vitest'
import {
  peerFile as textOf,
  peerFiles,
} from '../../packages/platform/src/assess/imported/peer-files.fixture.ts'
import { newFolder, proofhouse } from '../assess/run-program.fixture.ts'
import { importedCase, importedSystem, importReadings } from './imported-case.fixture.ts'

const folder = newFolder()
const system = join(folder, 'proofhouse.yaml')

/** The text that a peer wrote, in a file of its own. */
function peerFile(peer: string, name: string, change = (text: string) => text): string {
  const path = join(folder, `${peer}-${name}.json`)
  writeFileSync(path, change(textOf(peer, name)))
  return path
}

function importFile(peer: 'evidently' | 'fairlearn', path: string, ...args: readonly string[]) {
  const ran = proofhouse('import', peer, path, '--config', system, '--json', ...args)
  const said = parseJson(utf8(ran.out), 'json-not-canonical')
  if (!isJsonObject(said)) throw new Error(ran.out)
  return { status: ran.status, said }
}

const lengthOf = (said: JsonObject, name: string) => {
  const list: unknown = said[name]
  return Array.isArray(list) ? list.length : null
}

beforeAll(() => {
  for (const [name, text] of Object.entries(importedCase(peerFiles.seed)))
    writeFileSync(join(folder, `${name}.csv`), text)
  writeFileSync(system, importedSystem)
})

test('what is refused leaves no workspace behind; what stands alone is undecided', () => {
  const refused = importFile('evidently', peerFile('fairlearn', 'overall'))
  expect(refused.status).toBe(2)
  expect(refused.said['error']).toMatchObject({ code: 'import-malformed' })
  expect(existsSync(join(folder, '.proofhouse'))).toBe(false)
  const alone = importFile('evidently', peerFile('evidently', 'snapshot'))
  expect(alone.status).toBe(3)
  expect(alone.said).toMatchObject({ agreement: 'undecided', assessment: null })
  // Numbers of others are no evidence to gate by.
  expect(proofhouse('gate', system).status).toBe(3)
})

test('agrees with the real tools over the same data, once and for all', () => {
  expect(proofhouse('assess', system)).toMatchObject({ status: 0, err: '' })
  const chosen = ['snapshot', 'report', 'dictionary-within']
  for (const { peer, name, args, compared } of importReadings) {
    if (!chosen.includes(name)) continue
    const kind = peer.startsWith('evidently') ? 'evidently' : 'fairlearn'
    const { status, said } = importFile(kind, peerFile(peer, name), ...args)
    expect(status, name).toBe(0)
    expect(lengthOf(said, 'compared'), name).toBe(compared)
    // The snapshot was recorded before there was anything to compare with.
    expect(said['entry']).toMatchObject({ isNew: peer !== 'evidently' })
  }
})

test('a number that differs is shown first, and fails', () => {
  const path = peerFile('fairlearn', 'functions', (text) =>
    text.replace(/(?<="demographic_parity_ratio": )[\d.]+/, '0.25'),
  )
  const ran = proofhouse('import', 'fairlearn', path, '--over', 'sex', '--config', system)
  expect(ran.status).toBe(1)
  expect(ran.out).toContain('imported, not measured: 4 numbers')
  expect(ran.out.split('\n').find((line) => /^(differ|agree)/.test(line))).toMatch(
    /^differ +fairness\.demographic_parity_ratio sex +0\.25/,
  )
  const report = readFileSync(join(folder, '.proofhouse/report.json'), 'utf8')
  expect(report).not.toContain('imported-results')
})
