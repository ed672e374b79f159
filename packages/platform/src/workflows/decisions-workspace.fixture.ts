// A workspace with decisions in it, whose clock the tests move.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromBase64, isJsonObject, type JsonObject, parseJson, textOf } from '@proofhouse/evidence'
import { composeServices } from '../compose.ts'
import { type DecisionLogInUse, withDecisionLog } from './decision-log-access.ts'
import { declareDeployment } from './declare-deployment.ts'
import { recordDecisions } from './record-decisions.ts'
import type { Services } from './services.ts'

export const by = { user: 'svc', as: 'ana', reason: 'complaint 4711' }

const kinds = {
  input: { age: { type: 'number' }, income: { type: 'number' }, iban: { type: 'text' } },
  output: { label: { type: 'text' } },
  outcome: 'label',
  apart: ['input/income'],
  mask: ['input/iban'],
}

/** A decision about somebody. */
export const decisionAbout = (subject: string, sequence: number, given: JsonObject = {}) => ({
  id: `d-${sequence}`,
  source: 'gateway',
  sequence,
  time: '2026-01-31T12:00:00Z',
  deployment: 'credit',
  subject,
  input: { age: 41, income: 7000 + sequence, iban: 'DE89' },
  output: { label: sequence % 2 === 0 ? 'approved' : 'declined' },
  ...given,
})

/** A folder of its own, removed by `remove`. */
export function newDecisionsWorkspace() {
  const base = mkdtempSync(join(tmpdir(), 'proofhouse-rights-'))
  const folder = join(base, 'work')
  let time = '2026-02-01T00:00:00Z'
  let ids = 0
  const services: Services = composeServices({
    now: () => new Date(time),
    newId: () => `id-${++ids}`,
  })
  return {
    base,
    folder,
    services,
    at: (name: string) => join(base, name),
    setTime(to: string) {
      time = to
    },
    async deploy(id: string, given: JsonObject = {}) {
      const file = join(base, `${id}.json`)
      writeFileSync(file, JSON.stringify({ id, model: 'ab'.repeat(32), ...kinds, ...given }))
      await declareDeployment({ file, folder }, services)
    },
    record(...decisions: readonly JsonObject[]) {
      const file = join(base, 'decisions.jsonl')
      writeFileSync(file, decisions.map((one) => `${JSON.stringify(one)}\n`).join(''))
      return recordDecisions({ file, folder }, services)
    },
    /** Does something with the log, opened once. */
    use: <T>(use: (opened: DecisionLogInUse) => Promise<T>) =>
      withDecisionLog(services, folder, use),
    /** Predicates of a type in the evidence log, and the log's whole text. */
    async stated(uri: string) {
      const workspace = await services.openWorkspace(folder)
      const predicates: JsonObject[] = []
      let text = ''
      for await (const { entry } of workspace.entries()) {
        text += textOf(entry)
        const envelope = parseJson(entry, 'statement-malformed')
        const payload = isJsonObject(envelope) ? envelope['payload'] : undefined
        if (typeof payload !== 'string') continue
        const statement = parseJson(fromBase64(payload), 'statement-malformed')
        text += JSON.stringify(statement)
        if (!isJsonObject(statement) || statement['predicateType'] !== uri) continue
        const { predicate } = statement
        if (isJsonObject(predicate)) predicates.push(predicate)
      }
      await workspace.close()
      return { predicates, text }
    },
    remove: () => rmSync(base, { recursive: true }),
  }
}
