// What a client's spool asks before it sends: how far its source has come here, so that a spool put back from an older copy is told, and
// who of those that it still holds decisions about was erased. Page: spec/client-spool.md.

import { isJsonObject, type JsonValue, OperatingError, parseJson } from '@proofhouse/evidence'
import type { FastifyInstance } from 'fastify'
import type { SpoolAnswers } from '../decisions/index.ts'
import { bearerCheck } from './bearer-token.ts'

/** Persons of one question at most. */
const heldMax = 1_000
const textMax = 256
const bodyMaxBytes = 4 * 1_048_576

interface Held {
  readonly subject: string
  readonly timeMs: number
}

const isText = (value: JsonValue | undefined): value is string =>
  typeof value === 'string' && value !== '' && value.length <= textMax

function heldIn(value: JsonValue | undefined): readonly Held[] | null {
  if (!Array.isArray(value) || value.length > heldMax) return null
  const held: Held[] = []
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON holds
  for (const one of value as readonly JsonValue[]) {
    if (!isJsonObject(one)) return null
    const { subject, time } = one
    const timeMs = isText(time) ? Date.parse(time) : Number.NaN
    if (!isText(subject) || Number.isNaN(timeMs)) return null
    held.push({ subject, timeMs })
  }
  return held
}

/** Answers spools at `/api/v1/spools`, for those who show the token of the clients. */
export function addSpools(server: FastifyInstance, token: string, answers: SpoolAnswers): void {
  server.post('/api/v1/spools', {
    bodyLimit: bodyMaxBytes,
    onRequest: bearerCheck(token),
    handler: async (request) => {
      const { body: bytes } = request
      if (!Buffer.isBuffer(bytes))
        throw new OperatingError('decision-malformed', 'there is no body')
      const body = parseJson(new Uint8Array(bytes), 'decision-malformed')
      const source = isJsonObject(body) ? body['source'] : undefined
      const held = isJsonObject(body) ? heldIn(body['held']) : null
      if (!isText(source) || held === null)
        throw new OperatingError(
          'decision-malformed',
          `send \`{source, held}\` with at most ${heldMax} of \`{subject, time}\``,
        )
      const erased = held.flatMap(({ subject, timeMs }, n) =>
        answers.isErased(subject, timeMs) ? [n] : [],
      )
      return { next: answers.next(source), erased, rememberedMs: answers.rememberedMs }
    },
  })
}
