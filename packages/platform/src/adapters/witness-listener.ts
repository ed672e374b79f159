// The HTTP of a witness: two routes, and a bound on everything a stranger can make it hold: header, body, connections, time.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import {
  addCheckpointSizeMaxBytes,
  type Bytes,
  concatBytes,
  OperatingError,
} from '@proofhouse/evidence'
import type { Witness, WitnessAnswer } from '../ledger/index.ts'
import type { WitnessListener } from '../workflows/index.ts'
import { systemCodeOf } from './storage-error.ts'

const headerSizeMaxBytes = 8_192
const headerMaxMs = 5_000
const requestMaxMs = 10_000
const idleMaxMs = 30_000
const connectionsMax = 512
/** Requests under way have so long to end when the witness is stopped. */
const stopMaxMs = 5_000

type Answering = Pick<Witness, 'addCheckpoint' | 'latest'>

/** Answers requests at an address until it is closed. @throws usage-invalid when nobody can listen there */
export async function listenAsWitness(
  witness: Answering,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<WitnessListener> {
  const server = createServer(
    {
      maxHeaderSize: headerSizeMaxBytes,
      headersTimeout: headerMaxMs,
      requestTimeout: requestMaxMs,
      keepAliveTimeout: idleMaxMs,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => {
      void serve(witness, request, response)
    },
  )
  server.maxConnections = connectionsMax
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const why = `cannot listen on ${host}, port ${port} (${systemCodeOf(cause)})`
      reject(new OperatingError('usage-invalid', `${why}; choose another with --listen`, { cause }))
    })
    server.listen(port, host, resolve)
  })
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () => stop(server),
  }
}

async function serve(
  witness: Answering,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  const { method = '' } = request
  if (path === '/add-checkpoint') {
    if (method !== 'POST') return send(response, notAllowed('POST'))
    const body = await bodyOf(request)
    // Whoever goes away while sending hears nothing.
    if (body === null) return
    return send(response, await witness.addCheckpoint(body))
  }
  const id = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path)?.[1]
  if (id === undefined) return send(response, { status: 404, headers: {}, body: '' })
  if (method !== 'GET' && method !== 'HEAD') return send(response, notAllowed('GET'))
  send(response, witness.latest(id))
}

const notAllowed = (allow: string): WitnessAnswer => ({ status: 405, headers: { allow }, body: '' })

/** What else a refused request has to send is not waited for. */
const closing: ReadonlySet<number> = new Set([404, 405, 413])

function send(response: ServerResponse, { status, headers, body }: WitnessAnswer): void {
  const length = { 'content-length': Buffer.byteLength(body) }
  const end = closing.has(status) ? { connection: 'close' } : {}
  response.writeHead(status, { ...headers, ...length, ...end }).end(body)
}

/** The body; cut one byte beyond what is allowed, which tells that it is too large. Null when it did not arrive. */
async function bodyOf(request: IncomingMessage): Promise<Bytes | null> {
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const part of request.iterator({
      destroyOnReturn: false,
    }) as AsyncIterable<Uint8Array>) {
      parts.push(part)
      size += part.length
      if (size > addCheckpointSizeMaxBytes) break
    }
  } catch {
    return null
  }
  return concatBytes(...parts).slice(0, addCheckpointSizeMaxBytes + 1)
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve()
    })
  })
  server.closeIdleConnections()
  const timer = setTimeout(() => {
    server.closeAllConnections()
  }, stopMaxMs)
  await closed
  clearTimeout(timer)
}
