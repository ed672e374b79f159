// A process that appends to a ledger until it is killed, and writes down what was acknowledged: one line `index digest` per entry,
// written only after the append resolved. Usage: node append-forever.fixture.ts FOLDER KEYFOLDER ACKNOWLEDGEMENTS SEED

import { hash } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import process from 'node:process'
import { diskKeyFiles } from '../../packages/platform/src/adapters/key-file.ts'
import { openLedgerDirectory } from '../../packages/platform/src/adapters/ledger-directory.ts'
import { openLedgerKey } from '../../packages/platform/src/keys/index.ts'

const [folder = '', keys = '', acknowledgements = '', seedText = '0'] = process.argv.slice(2)
let state = Number(seedText) >>> 0
/** A small generator (mulberry32), so that a seed repeats a run's entries. */
function random(): number {
  state = (state + 0x6d2b79f5) >>> 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const told = openSync(acknowledgements, 'w')
const key = await openLedgerKey(diskKeyFiles, keys, 'fault.example/ledger')
const ledger = await openLedgerDirectory(folder, key)
writeSync(told, 'open\n')
for (let round = 0; ; round++) {
  const callers = random() < 0.3 ? 1 : Math.ceil(random() * 200)
  await Promise.all(
    Array.from({ length: callers }, async () => {
      const size = random() < 0.02 ? 65_531 : Math.floor(random() * 2_000)
      const entry = new Uint8Array(size + 4).fill(Math.floor(random() * 256))
      new DataView(entry.buffer).setUint32(0, Math.floor(random() * 2 ** 32))
      const index = await ledger.append(entry)
      writeSync(told, `${index} ${hash('sha256', entry, 'hex')}\n`)
    }),
  )
  // Some runs end in good order now and then, so that a kill may hit closing and opening too.
  if (random() < 0.02) {
    await ledger.close()
    process.exit(0)
  }
}
