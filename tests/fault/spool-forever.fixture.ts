// A process that records decisions in a spool, sends them where it can, and erases people from it, until it is killed; it writes down what was
// acknowledged: `sequence id subject`, or `erased subject`, each only after it was told.
// Usage: node spool-forever.fixture.ts URL SPOOL KEYHEX ACKNOWLEDGEMENTS LIFE

import { openSync, writeSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { DecisionClient } from '../../packages/sdk/src/index.ts'
import { decided } from '../sdk/decided.fixture.ts'

const [url = '', spool = '', keyHex = '', acknowledgements = '', life = ''] = process.argv.slice(2)
const told = openSync(acknowledgements, 'a')
const client = await DecisionClient.open({
  url,
  spool,
  token: 'a-token-of-some-length',
  source: 'gateway-1',
  key: Buffer.from(keyHex, 'hex'),
  // Small, so that segments are begun and destroyed all the time.
  spoolBytes: 1_048_576,
  whenFull: 'wait',
})
writeSync(told, `life ${life}\n`)
let made = 0
const record = async () => {
  const [id, subject] = [`${life}-${made++}`, `p-${Math.floor(Math.random() * 9)}`]
  const { sequence } = await client.record(decided(subject, { id }))
  writeSync(told, `${sequence} ${id} ${subject}\n`)
}
for (;;) {
  if (client.status.unsent > 150) {
    writeSync(told, 'enough\n')
    await delay(5)
    continue
  }
  await Promise.all(Array.from({ length: Math.ceil(Math.random() * 40) }, record))
  if (Math.random() < 0.2) {
    const subject = `p-${Math.floor(Math.random() * 9)}`
    await client.erase(subject)
    writeSync(told, `erased ${subject}\n`)
  }
}
