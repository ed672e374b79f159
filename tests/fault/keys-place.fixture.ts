// A keyring over a folder, as two processes of one place have it: root key in a file, wrapped keys in a folder, events in a file of lines.

import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { directoryKeyStore } from '../../packages/platform/src/adapters/directory-key-store.ts'
import { fileKeyProvider } from '../../packages/platform/src/adapters/file-key-provider.ts'
import { diskKeyFiles } from '../../packages/platform/src/adapters/key-file.ts'
import { openKeyring } from '../../packages/platform/src/keys/index.ts'

/** Whose keys they are. */
export const tenant = 'acme'

/** Where events are written. */
export const eventsIn = (folder: string) => join(folder, 'events')

/** Opens the keyring of a folder. */
export function openPlace(folder: string) {
  return openKeyring({
    provider: fileKeyProvider({
      folder: join(folder, 'root'),
      files: diskKeyFiles,
      passphrase: null,
    }),
    rootName: 'root',
    store: directoryKeyStore(join(folder, 'wrapped')),
    record: async (event) => appendFileSync(eventsIn(folder), `${JSON.stringify(event)}\n`),
    now: () => new Date(),
    newId: randomUUID,
    monotonicMs: () => performance.now(),
  })
}
