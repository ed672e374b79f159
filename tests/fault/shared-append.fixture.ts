// One of several processes that append to a shared log until they are killed, and write down what was acknowledged: one line `index text`
// per entry, written only after the append resolved. Usage: node shared-append.fixture.ts DATABASE FOLDER KEYFOLDER ACKNOWLEDGEMENTS NAME

import { openSync, writeSync } from 'node:fs'
import process from 'node:process'
import { parseVerifierKey, utf8 } from '../../packages/evidence/src/index.ts'
import { DiskTileStore } from '../../packages/platform/src/adapters/disk-tile-store.ts'
import { diskKeyFiles } from '../../packages/platform/src/adapters/key-file.ts'
import { PostgresSharedLog } from '../../packages/platform/src/adapters/postgres-shared-log.ts'
import { openLedgerKey } from '../../packages/platform/src/keys/index.ts'
import { openSharedLedger } from '../../packages/platform/src/ledger/index.ts'

const [url = '', folder = '', keys = '', acknowledgements = '', name = ''] = process.argv.slice(2)
const told = openSync(acknowledgements, 'a')
const key = await openLedgerKey(diskKeyFiles, keys, 'fault.example/shared')
const log = await PostgresSharedLog.open(url, key.signer.name, 10_000)
const tiles = new DiskTileStore(folder)
const ledger = await openSharedLedger(
  { tiles, log, signer: key.signer },
  parseVerifierKey(key.verifierKey),
  { batchEntriesMax: 50, publishEveryMs: 20 },
)
for (let round = 0; ; round++)
  await Promise.all(
    Array.from({ length: 1 + ((round * 7) % 60) }, async (_, n) => {
      const text = `${name} ${round} ${n}`
      const index = await ledger.append(utf8(text))
      writeSync(told, `${index} ${text}\n`)
    }),
  )
