// Who may come in: whoever shows a token. Looked at before a body is read.

import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

const digestOf = (text: string): Buffer => hash('sha256', text, 'buffer')

/** Answers those who do not show the token as `Authorization: Bearer`; lets others on. */
export function bearerCheck(token: string) {
  const expected = digestOf(`Bearer ${token}`)
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const given = digestOf(request.headers.authorization ?? '')
    if (timingSafeEqual(given, expected)) return
    await reply
      .header('www-authenticate', 'Bearer')
      .code(401)
      .type('application/problem+json')
      .send({
        type: 'https://proofhouse.dev/errors#usage-invalid',
        title: 'usage-invalid',
        status: 401,
        detail: 'show the token of this log as `Authorization: Bearer`',
      })
  }
}
