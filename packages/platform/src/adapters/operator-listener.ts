// Listening on a workspace's socket for operators.

import { chmod, mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { operatorServer } from '../http/index.ts'
import type { Services } from '../workflows/index.ts'
import { byShortName, socketOf } from './operator-socket.ts'
import { storageError } from './storage-error.ts'

/**
 * Listens on the socket of a workspace that the caller holds, so that one which is there already is left over. The
 * folder is closed to others before the socket is in it: there is no moment at which anybody else could connect.
 */
export const listenForOperators: Services['operators']['listen'] = async (folder, operator) => {
  const path = socketOf(folder)
  const server = operatorServer(operator)
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await chmod(dirname(path), 0o700)
    await rm(path, { force: true })
    await byShortName(path, (name) => server.listen({ path: name }))
    await chmod(path, 0o600)
  } catch (cause) {
    await server.close()
    throw storageError(path, cause, "operator's socket,")
  }
  return {
    async close() {
      await server.close()
      await rm(path, { force: true })
    },
  }
}
