// One of several processes that append to a shared log until they are killed, and write down what was acknowledged: one line `index text`
// per entry, written only after the append resolved. Usage: node shared-append.fixture.ts DATABASE FOLDER KEYFOLDER ACKNOWLEDGEMENTS NAME

import { openSync, writeSync } from 'node:fs'
import process from 'node:process'
import { utf8 } from '../../packages/evidence/src/index.ts'
import { diskKeyFiles } from '../../packages/platform/src/adapters/key-file.ts'
import { openServerLedger } from '../../packages/platform/src/adapters/server-ledger.ts'
import { openLedgerKey } from '../../packages/platform/src/keys/index.ts'

const [url = '', folder = '', keys = '', acknowledgements = '', name = ''] = process.argv.slice(2)
const told = openSync(acknowledgements, 'a')
const key = await openLedgerKey(diskKeyFiles, keys, 'fault.example/shared')
const place = { databaseUrl: url, files: { folder } }
const ledger = await openServerLedger(place, key, { writers: 'several' })
for (let round = 0; ; round++)
  await Promise.all(
    Array.from({ length: 1 + ((round * 7) % 60) }, async (_, n) => {
      const text = `${name} ${round} ${n}`
      const index = await ledger.append(utf8(text))
      writeSync(told, `${index} ${text}\n`)
    }),
  )
