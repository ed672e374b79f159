// A server before the log's that passes requests on, or answers in its place: what a proxy with limits does.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An answer in the log's place. */
export interface Instead {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Passes on to a log what `instead` leaves to it. */
export async function passOn(url: string, instead: (body: string) => Instead | null) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const answer = instead(body)
      const given = {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          authorization: request.headers.authorization ?? '',
        },
      }
      const passed = async (): Promise<Instead> => {
        const from = await fetch(new URL(request.url ?? '/', url), given)
        const type = from.headers.get('content-type') ?? ''
        return { status: from.status, body: await from.text(), headers: { 'content-type': type } }
      }
      const answered = async () => {
        const one = answer ?? (await passed())
        response.writeHead(one.status, one.headers).end(one.body)
      }
      void answered()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on an address with a port
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
