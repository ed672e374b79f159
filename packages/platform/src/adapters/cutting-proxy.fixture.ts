// Stands between a client and a server, and cuts the connection at one message of the client: before it reaches the server, or after the
// server has answered it, when the client does not hear the answer.

import { connect, createServer, type Socket } from 'node:net'
import { once } from 'node:events'

/** What becomes of a message. */
export type MessageFate = 'passes' | 'is cut before' | 'is cut after'

/** A running proxy. */
export interface CuttingProxy {
  readonly port: number
  /** Messages of clients so far. */
  messages(): number
  stop(): void
}

/** Starts a proxy to a port of this machine; `decide` is given the number of each message. */
export async function startCuttingProxy(
  serverPort: number,
  decide: (number: number) => MessageFate,
): Promise<CuttingProxy> {
  let messages = 0
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1')
    const cut = () => {
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.setNoDelay()
      socket.on('error', cut)
      socket.on('close', cut)
    }
    let deaf = false
    client.on('data', (chunk) => {
      const fate = decide(messages++)
      if (fate === 'is cut before') {
        cut()
        return
      }
      deaf ||= fate === 'is cut after'
      server.write(chunk)
    })
    server.on('data', (chunk) => {
      if (deaf) cut()
      else client.write(chunk)
    })
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const address = proxy.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    messages: () => messages,
    stop: () => {
      for (const socket of sockets) socket.destroy()
      proxy.close()
    },
  }
}
