// A real decision log in memory behind a real server on this machine, which can be cut off and brought back, and clients of it.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClientOptions, DecisionClient } from '../../packages/sdk/src/index.ts'
import { DecisionBodies } from '../../packages/platform/src/adapters/preparing-thread.ts'
import { spoolAnswers } from '../../packages/platform/src/decisions/index.ts'
import { newMemoryLog } from '../../packages/platform/src/decisions/decisions.fixture.ts'
import { addSpools, decisionServer } from '../../packages/platform/src/http/index.ts'

const token = 'a-token-of-some-length'

/** A log, where it listens, and clients that speak to it. */
export async function newService() {
  const at = newMemoryLog()
  const log = await at.open()
  const bodies = new DecisionBodies(log)
  const folder = mkdtempSync(join(tmpdir(), 'proofhouse-sdk-'))
  const key = randomBytes(32)
  const clients: DecisionClient[] = []
  let server: ReturnType<typeof decisionServer> | null = null
  let port = 0
  const start = async () => {
    server = decisionServer(bodies, token, () => undefined)
    addSpools(server, token, spoolAnswers(log))
    const address = await server.listen({ host: '127.0.0.1', port })
    port = Number(new URL(address).port)
  }
  const stop = async () => {
    await server?.close()
    server = null
  }
  await start()
  return {
    log,
    host: at.host,
    verifierKey: at.verifierKey,
    folder,
    key,
    start,
    stop,
    get url() {
      return `http://127.0.0.1:${port}`
    },
    /** A client with the key of the fixture, or none of its own. */
    async client(
      given: Partial<ClientOptions> = {},
      of: Buffer | null = key,
    ): Promise<DecisionClient> {
      const url = `http://127.0.0.1:${port}`
      const spool = join(folder, 'spool')
      const keyed = of === null ? {} : { key: of }
      const options = { url, token, spool, source: 'gateway-1', ...keyed, ...given }
      const client = await DecisionClient.open(options)
      clients.push(client)
      return client
    },
    async end() {
      for (const client of clients) await client.close()
      await stop()
      await bodies.close()
      await log.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Waits until something is told. */
export function whenTold<Told>() {
  const { promise, resolve } = Promise.withResolvers<Told>()
  return { told: promise, tell: resolve }
}
