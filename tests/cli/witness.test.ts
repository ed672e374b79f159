// Witnesses by the real program: one as a process of its own, and runs that wait for its word.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import {
  checkTrust,
  fromBase64,
  isJsonObject,
  parseJson,
  parseStatement,
  parseTlogProof,
  parseTrustPolicy,
  verifyTlogProof,
} from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { openLedgerFiles } from '../../packages/platform/src/adapters/ledger-directory.ts'
import { readEntries } from '../../packages/platform/src/ledger/index.ts'
import { newFolder, programPath, proofhouse, smallSystem } from '../assess/run-program.fixture.ts'

const folder = newFolder()
const at = (name: string) => join(folder, name)
const system = smallSystem()
const work = join(dirname(system), '.proofhouse')
const policy = join(work, 'witnesses.policy')

async function startWitness() {
  const args = ['--key', 'w.key', '--name', 'w.example/1', '--logs', 'logs', '--state', 'state']
  const child = spawn(
    process.execPath,
    [programPath, 'ledger', 'witness', '--listen', '127.0.0.1:0', ...args],
    { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  for await (const line of createInterface(child.stdout)) {
    const [, key, url] = /^witness \S+ (\S+) (\S+)$/.exec(line) ?? []
    if (key !== undefined) return { child, line: `witness w1 ${key} ${url}` }
  }
  throw new Error('the witness ended')
}

test('a run that asks for witnesses computes only once they have seen its announcement', async () => {
  const none = proofhouse('assess', system, '--witnessed')
  expect(none.status).toBe(2)
  expect(none.err).toContain('witnesses.policy')
  const logLine = `log ${readFileSync(join(work, 'ledger/ledger.vkey'), 'utf8').trim()}`
  writeFileSync(at('logs'), `${logLine}\n`)
  const { child, line } = await startWitness()
  writeFileSync(policy, `${logLine}\n${line}\nquorum w1\n`)
  expect(proofhouse('assess', system, '--witnessed').err).not.toContain('[')
  const report = parseJson(readFileSync(join(work, 'report.json')), 'json-not-canonical')
  expect(report).toMatchObject({ run: { preregistration: 'witnessed' } })

  // The proof holds for whoever trusts the witness: it covers the announcement and nothing after it.
  const proof = readFileSync(join(work, 'announcement.tlog-proof'), 'utf8')
  const trust = parseTrustPolicy(readFileSync(policy, 'utf8'))
  const { index } = parseTlogProof(proof)
  const tiles = await openLedgerFiles(join(work, 'ledger'))
  const { checkpoint } = await checkTrust(readFileSync(join(work, 'ledger/checkpoint'), 'utf8'), {
    ...trust,
    quorum: 'none',
  })
  for await (const { entry } of readEntries(tiles, { from: index, to: index + 1, checkpoint })) {
    const proven = await verifyTlogProof({ proof, entry, trust })
    expect(proven).toMatchObject({ index, checkpoint: { size: index + 1 } })
    const envelope = parseJson(entry, 'json-not-canonical')
    if (!isJsonObject(envelope) || typeof envelope['payload'] !== 'string') throw new Error('shape')
    expect(parseStatement(fromBase64(envelope['payload']))).toMatchObject({
      predicate: { preregistration: 'witnessed' },
    })
  }

  const ledger = join(work, 'ledger')
  const asked = ['ledger', 'witnessed', ledger, '--policy', policy] as const
  expect(proofhouse(...asked)).toMatchObject({ status: 0 })
  expect(proofhouse('ledger', 'fsck', ledger, '--trust', policy).out).toContain('witnessed by w1')

  // An orderly end, and then nobody is there to see the next announcement.
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  const before = readFileSync(join(work, 'report.json'), 'utf8')
  const alone = proofhouse('assess', system, '--witnessed')
  expect(alone.status).toBe(3)
  expect(alone.err).toContain('[trust-not-met]')
  expect(readFileSync(join(work, 'report.json'), 'utf8')).toBe(before)
  expect(proofhouse(...asked)).toMatchObject({ status: 3 })
  // A policy about another log is no policy for this one.
  writeFileSync(policy, readFileSync(policy, 'utf8').replace(/^log \S+/, 'log x'))
  expect(proofhouse('assess', system, '--witnessed').status).toBe(2)
})
