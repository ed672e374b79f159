// A process that follows a ledger into an index, one entry at a time, and says `open` before it begins.
// Usage: node follow.fixture.ts FOLDER VERIFIERKEY INDEX

import process from 'node:process'
import { openCheckpoint, parseVerifierKey, textOf } from '@proofhouse/evidence'
import { openLedgerFiles } from '../../packages/platform/src/adapters/ledger-directory.ts'
import { openStatementIndex } from '../../packages/platform/src/adapters/sqlite-statement-index.ts'
import { follow, projectStatements } from '../../packages/platform/src/ledger/index.ts'

const [folder = '', verifierKey = '', path = ''] = process.argv.slice(2)
const tiles = await openLedgerFiles(folder)
const note = textOf((await tiles.read('checkpoint')) ?? new Uint8Array())
const checkpoint = await openCheckpoint(note, parseVerifierKey(verifierKey))
process.stdout.write('open\n')
const store = openStatementIndex({ path, replace: false })
await follow({
  log: { tiles, checkpoint },
  store,
  project: projectStatements(() => Promise.resolve(null)),
  limits: { batchEntriesMax: 1, batchMaxBytes: 1 },
})
await store.close()
