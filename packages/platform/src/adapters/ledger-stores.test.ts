// The contracts of the ledger's ports, over the adapters that need nothing but this machine's memory and disk.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { DiskTileStore } from './disk-tile-store.ts'
import { FileLockStore } from './file-lock-store.ts'
import { FileStagingLog } from './file-staging-log.ts'
import {
  describeLockStore,
  describeSharedLog,
  describeStagingLog,
  describeTileStore,
} from './ledger-stores.fixture.ts'
import {
  MemoryLockStore,
  MemorySharedLog,
  MemoryStagingLog,
  MemoryTileStore,
} from './memory-ledger.ts'

const folders: string[] = []
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-stores-'))
  folders.push(folder)
  return folder
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

describeTileStore('in memory', () => new MemoryTileStore())
describeTileStore('on disk', () => new DiskTileStore(newFolder()))

describeLockStore('in memory', () => {
  const store = new MemoryLockStore()
  return { store, again: () => Promise.resolve(store) }
})
describeLockStore('in a file', async () => {
  const folder = newFolder()
  return { store: await FileLockStore.open(folder, 0), again: () => FileLockStore.open(folder, 0) }
})

describeStagingLog('in memory', () => {
  const log = new MemoryStagingLog()
  return { log, again: () => log }
})
describeStagingLog('in files', () => {
  const folder = newFolder()
  return { log: new FileStagingLog(folder, 300), again: () => new FileStagingLog(folder, 300) }
})

describeSharedLog('in memory', () => {
  const log = new MemorySharedLog()
  return { log, beside: () => Promise.resolve(log) }
})
