// The operator's interface over HTTP: `POST /api/v1/operator/NAME` with what is asked, in JSON that every reader reads alike. On the
// workspace's own socket, which lets nobody else in, it needs no token; anywhere else it needs the operator's.

import { hash, timingSafeEqual } from 'node:crypto'
import { errorRegistry, OperatingError, parseJson } from '@proofhouse/evidence'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyPluginCallback,
} from 'fastify'
import type { Operator } from '../workflows/index.ts'

/** A list of entries to erase is the longest there is: a hundred thousand of them. */
const bodyMaxBytes = 1_048_576
const requestTimeoutMs = 30_000
const headersTimeoutMs = 10_000
const timeoutCheckMs = 5_000

/** Header that names the version of whoever answers. */
const versionHeader = 'proofhouse-version'

const digestOf = (text: string): Buffer => hash('sha256', text, 'buffer')

/** What an error is told as: operators see all of it, for it is their machine. */
function problemOf(error: FastifyError) {
  if (error instanceof OperatingError) {
    const { code, message, details } = error
    return { status: errorRegistry[code].httpStatus, code, detail: message, details }
  }
  const status = error.statusCode ?? 500
  const code = status < 500 ? 'usage-invalid' : 'storage-failed'
  return { status, code, detail: error.message, details: {} } as const
}

/**
 * The operator's routes, for a server of one's choice.
 * @param token what operators show as `Authorization: Bearer`; null where only they can come
 */
export function operatorRoutes(operator: Operator, token: string | null): FastifyPluginCallback {
  const expected = token === null ? null : digestOf(`Bearer ${token}`)
  return (server, _, done) => {
    server.removeAllContentTypeParsers()
    server.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer' },
      (_request, body, given) => {
        try {
          given(null, parseJson(Buffer.from(body), 'usage-invalid'))
        } catch (error) {
          given(error instanceof Error ? error : new Error('the body is no JSON'))
        }
      },
    )
    server.setErrorHandler<FastifyError>((error, _request, reply) => {
      const { status, code, detail, details } = problemOf(error)
      return reply
        .code(status)
        .type('application/problem+json')
        .send({
          type: `https://proofhouse.dev/errors#${code}`,
          title: code,
          status,
          detail,
          details,
        })
    })
    server.post<{ Params: { readonly name: string } }>('/api/v1/operator/:name', {
      bodyLimit: bodyMaxBytes,
      // Before the body is read.
      onRequest: async (request, reply) => {
        reply.header(versionHeader, operator.version)
        if (expected === null) return
        const given = digestOf(request.headers.authorization ?? '')
        if (timingSafeEqual(given, expected)) return
        await reply
          .code(401)
          .header('www-authenticate', 'Bearer')
          .type('application/problem+json')
          .send({
            type: 'https://proofhouse.dev/errors#usage-invalid',
            title: 'usage-invalid',
            status: 401,
            detail: "show the operator's token of this log as `Authorization: Bearer`",
          })
      },
      handler: async (request, reply) => {
        const result = await operator.operate(request.params.name, request.body)
        return reply.type('application/json').send(JSON.stringify({ result }))
      },
    })
    done()
  }
}

/** A server of the operator's routes alone, not yet listening. It is for a socket that lets nobody else in. */
export function operatorServer(operator: Operator): FastifyInstance {
  const server = Fastify({
    requestTimeout: requestTimeoutMs,
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: timeoutCheckMs },
    forceCloseConnections: 'idle',
    logger: false,
  })
  server.register(operatorRoutes(operator, null))
  return server
}
