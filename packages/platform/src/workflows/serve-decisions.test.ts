import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { composeServices } from '../compose.ts'
import { declareDeployment } from './declare-deployment.ts'
import { endEpoch, eraseDecisions } from './erase-decisions.ts'
import { recordDecisions } from './record-decisions.ts'
import { serveDecisions } from './serve-decisions.ts'

const base = mkdtempSync(join(tmpdir(), 'proofhouse-serve-'))
afterAll(() => rmSync(base, { recursive: true }))

test('an epoch with an erasure that has waited a day is ended when serving begins', async () => {
  const folder = join(base, 'work')
  const at = (time: string) => composeServices({ newId: () => 'e-1', now: () => new Date(time) })
  const services = at('2026-02-01T00:00:00Z')
  const [declared, file] = [join(base, 'pumps.json'), join(base, 'd.jsonl')]
  const kinds = { input: { a: { type: 'number' } }, output: { b: { type: 'number' } } }
  writeFileSync(declared, JSON.stringify({ id: 'd', model: 'ab'.repeat(32), ...kinds }))
  await declareDeployment({ file: declared, folder }, services)
  const decision = { id: 'x', source: 's', sequence: 0, time: '2026-01-31T12:00:00Z' }
  const about = { deployment: 'd', subject: 'p', input: { a: 1 }, output: { b: 2 } }
  writeFileSync(file, `${JSON.stringify({ ...decision, ...about })}\n`)
  expect(await recordDecisions({ file, folder }, services)).toMatchObject({ accepted: 1 })
  await eraseDecisions({ folder, what: { subject: 'p' }, reason: 'request' }, services)
  const serve = (time: string) => {
    const stop = new AbortController()
    const ready = () => {
      setTimeout(() => stop.abort(), 300)
    }
    const run = { signal: stop.signal, ready }
    return serveDecisions({ folder, host: '127.0.0.1', port: 0 }, at(time), run)
  }
  await serve('2026-02-01T23:59:00Z')
  cpSync(join(folder, 'decisions'), join(base, 'copy'), { recursive: true })
  await serve('2026-02-02T00:00:00Z')
  await serve('2026-02-04T00:00:00Z')
  // Two epochs were ended by then: by the second, and by this.
  expect((await endEpoch({ folder }, services)).epoch).toBe(3)
  // A copy of the log alone, from before, opens nothing any more.
  rmSync(join(folder, 'decisions'), { recursive: true })
  cpSync(join(base, 'copy'), join(folder, 'decisions'), { recursive: true })
  await expect(endEpoch({ folder }, services)).rejects.toMatchObject({ code: 'key-destroyed' })
})
