// Requests over HTTP, with the token of the log's clients. No redirect is followed; nothing unbounded is read.

import { type JsonValue, OperatingError } from '@proofhouse/evidence'
import type { Answer, Transport } from '../transport.ts'

const answerMaxBytes = 4 * 1_048_576
const loopback = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/

/** How to reach a log. */
export interface HttpAddress {
  /** Where the log listens, without a path: `https://…`, or `http://` on this machine. */
  readonly url: string
  readonly token: string
  readonly timeoutMs: number
}

/** A transport over HTTP. @throws usage-invalid for an address that would send decisions in the clear */
export function httpTransport({ url, token, timeoutMs }: HttpAddress): Transport {
  const base = URL.canParse(url) ? new URL(url) : null
  const isSafe = base?.protocol === 'https:' || loopback.test(base?.hostname ?? '')
  if (base === null || !isSafe || !/^https?:$/.test(base.protocol))
    throw new OperatingError(
      'usage-invalid',
      '`url` must be https, or http on this machine: decisions are about people',
    )
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return {
    async post(path, body, signal): Promise<Answer> {
      const given = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
      try {
        const request = { method: 'POST', headers, body, signal: given, redirect: 'error' } as const
        const response = await fetch(new URL(path, base), request)
        const text = await boundedText(response)
        const value = valueOf(response.headers.get('content-type'), text)
        return { status: response.status, value, retryAfterMs: retryAfterOf(response) }
      } catch (cause) {
        if (cause instanceof OperatingError) throw cause
        throw new OperatingError('server-unreachable', `${base.origin} does not answer`, { cause })
      }
    },
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of response.body ?? []) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a body is made of
    const bytes = chunk as Uint8Array
    sizeBytes += bytes.length
    if (sizeBytes > answerMaxBytes)
      throw new OperatingError('server-refused', `an answer is larger than ${answerMaxBytes} bytes`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString()
}

function valueOf(type: string | null, text: string): JsonValue {
  if (!/^application\/(?:[\w.-]+\+)?json\b/.test(type ?? '')) return null
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the grammar of JSON yields nothing else
    return JSON.parse(text) as JsonValue
  } catch {
    return null
  }
}

function retryAfterOf({ headers }: Response): number | null {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null
}
