// A witness's server by HTTP. Every status is an answer; an answer that is too large is none. Redirects are not followed.

import { type Bytes, concatBytes, OperatingError } from '@proofhouse/evidence'
import type { WitnessReply, WitnessServer } from '../ledger/index.ts'
import { addressOf, systemReasonOf } from './http-servers.ts'

/** Cosignatures of a hundred keys fit. */
const answerSizeMaxBytes = 16_384

/** The server with this submission prefix. @throws usage-invalid for an address that is not https, or http on this machine */
export function witnessServer(url: string): WitnessServer {
  const base = addressOf(url)
  const target = new URL(base)
  target.pathname = `${base.pathname.replace(/\/+$/, '')}/add-checkpoint`
  return {
    async addCheckpoint(body, signal): Promise<WitnessReply> {
      try {
        const answer = await fetch(target, {
          method: 'POST',
          redirect: 'manual',
          signal,
          headers: { 'accept-encoding': 'identity', 'content-type': 'text/plain' },
          body: Buffer.from(body),
        })
        return {
          status: answer.status,
          retryAfterMs: retryAfterOf(answer.headers.get('retry-after')),
          body: await bodyOf(answer, base.host),
        }
      } catch (cause) {
        if (cause instanceof OperatingError) throw cause
        const why = signal.aborted ? 'in time' : `(${systemReasonOf(cause)})`
        throw new OperatingError('server-unreachable', `\`${base.host}\` gave no answer ${why}`)
      }
    },
  }
}

async function bodyOf(answer: Response, host: string): Promise<Bytes> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of answer.body ?? []) {
    size += part.length
    if (size > answerSizeMaxBytes)
      throw new OperatingError(
        'limit-exceeded',
        `\`${host}\` answered with more than ${answerSizeMaxBytes} bytes`,
      )
    parts.push(part)
  }
  return concatBytes(...parts)
}

/** Seconds in `Retry-After`; a date counts as nothing said. */
function retryAfterOf(value: string | null): number | null {
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) * 1_000 : null
}
