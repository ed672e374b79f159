// A process that appends decisions, erases and closes epochs until it is killed, and writes down what was acknowledged: `sequence index` per
// decision, only after it was told. Usage: node decide-forever.fixture.ts FOLDER KEYFOLDER ROOTKEYHEX ACKNOWLEDGEMENTS SEED

import { openSync, writeSync } from 'node:fs'
import process from 'node:process'
import {
  decisionOf,
  openKilledLog,
  orderOf,
} from '../../packages/platform/src/decisions/decisions.fixture.ts'
import {
  closeEpoch,
  eraseSubject,
  resumeErasures,
} from '../../packages/platform/src/decisions/emptying.ts'

const [folder = '', keys = '', rootHex = '', acknowledgements = '', seedText = '0'] =
  process.argv.slice(2)
let state = Number(seedText) >>> 0
/** A small generator (mulberry32), so that a seed repeats a run's steps. */
function random(): number {
  state = (state + 0x6d2b79f5) >>> 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const told = openSync(acknowledgements, 'a')
const { log, host } = await openKilledLog(folder, keys, rootHex)
await resumeErasures(log, host)
let sequence = log.sources.list()[0]?.next ?? 0
writeSync(told, 'open\n')
const append = async (count: number) => {
  const decisions = Array.from({ length: count }, () => {
    const n = sequence++
    return decisionOf(n, { subject: `p-${Math.floor(random() * 40)}` })
  })
  for (const [n, outcome] of (await log.append(decisions)).entries())
    if (outcome.status === 'accepted')
      writeSync(told, `${Number(decisions[n]?.['sequence'])} ${outcome.index}\n`)
}
for (let round = 0; ; round++) {
  const work = [append(Math.ceil(random() * 60)), append(1)]
  if (random() < 0.3) {
    const erasureId = `e-${seedText}-${round}`
    work.push(
      eraseSubject(log, `p-${Math.floor(random() * 40)}`, orderOf(erasureId), host).then(
        () => undefined,
      ),
    )
  }
  if (random() < 0.2) work.push(closeEpoch(log, host).then(() => undefined))
  await Promise.all(work)
}
