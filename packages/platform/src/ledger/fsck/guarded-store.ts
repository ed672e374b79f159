// A store over a folder that a stranger may have made: a file that cannot be one of a ledger's is a finding, not an error.

import { type Bytes, OperatingError } from '@proofhouse/evidence'
import type { TileStore } from '../ports.ts'
import type { Findings } from './findings.ts'

/** The store, whose strange files are found and then as good as missing. */
export function guardedStore(tiles: TileStore, findings: Findings): TileStore {
  return {
    async read(path: string): Promise<Bytes | null> {
      try {
        return await tiles.read(path)
      } catch (error) {
        if (!(error instanceof OperatingError) || error.code !== 'ledger-corrupt') throw error
        findings.add(path, error.message.replace(`\`${path}\` `, ''))
        return null
      }
    },
    list: () => tiles.list(),
    write: (path, content) => tiles.write(path, content),
    sync: (paths) => tiles.sync(paths),
    remove: (path) => tiles.remove(path),
  }
}
