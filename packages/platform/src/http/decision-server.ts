// Decisions over HTTP: batches in, an outcome for each once it is durable. Whoever sends shows a token. Problems are RFC 9457.

import { errorRegistry, OperatingError } from '@proofhouse/evidence'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { Outcome } from '../decisions/index.ts'
import { bearerCheck } from './bearer-token.ts'

const bodyMaxBytes = 32 * 1_048_576
const requestTimeoutMs = 30_000
/** Below that of the request: Node exchanges the two where it is not, and waits twice as long. */
const headersTimeoutMs = 10_000
const timeoutCheckMs = 5_000
const retryAfterSeconds = 1

/** What takes decisions. */
export interface DecisionTaker {
  /**
   * The outcome of each decision of a request's body, once it is durable.
   * @throws decision-malformed where it is no list of decisions; ledger-overloaded; what the log throws after a failure
   */
  take(body: Uint8Array): Promise<readonly Outcome[]>
}

const insideDetail = 'something went wrong here; whoever runs this log can see what'

interface Problem {
  readonly status: number
  readonly code: string
  readonly detail: string
}

function answerProblem(reply: FastifyReply, { status, code, detail }: Problem) {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ type: `https://proofhouse.dev/errors#${code}`, title: code, status, detail })
}

function problemOf(error: unknown): Problem & { readonly retryable: boolean } {
  if (error instanceof OperatingError) {
    const { httpStatus, retryable } = errorRegistry[error.code]
    // What names files of ours is for our own log, not for whoever asks.
    const detail = httpStatus < 500 || error.code === 'ledger-closed' ? error.message : insideDetail
    return { status: httpStatus, code: error.code, detail, retryable }
  }
  const status = Number(Reflect.get(Object(error), 'statusCode') ?? 500)
  const detail = status < 500 && error instanceof Error ? error.message : insideDetail
  const code = status < 500 ? 'usage-invalid' : 'storage-failed'
  return { status, code, detail, retryable: false }
}

/** Codes of refusals after which the log goes on. */
const passing: ReadonlySet<string> = new Set([
  'decision-malformed',
  'ledger-overloaded',
  'entry-too-large',
])

/**
 * A server of one decision log, not yet listening.
 * @param token what clients show as `Authorization: Bearer`
 * @param failed told when the log has failed: it takes nothing any more until it is opened again
 */
export function decisionServer(
  taker: DecisionTaker,
  token: string,
  failed: (error: unknown) => void,
): FastifyInstance {
  let healthy = true
  const take: DecisionTaker['take'] = async (body) => {
    try {
      return await taker.take(body)
    } catch (error) {
      if (!(error instanceof OperatingError) || !passing.has(error.code)) {
        healthy = false
        failed(error)
      }
      throw error
    }
  }

  const server = Fastify({
    bodyLimit: bodyMaxBytes,
    requestTimeout: requestTimeoutMs,
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: timeoutCheckMs },
    forceCloseConnections: 'idle',
    logger: false,
    frameworkErrors: (error, _, reply) => void answerProblem(reply, problemOf(error)),
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => {
    done(null, body)
  })
  server.setErrorHandler((error, _, reply) => {
    const problem = problemOf(error)
    if (problem.retryable) reply.header('retry-after', String(retryAfterSeconds))
    return answerProblem(reply, problem)
  })
  server.setNotFoundHandler((_, reply) =>
    answerProblem(reply, { status: 404, code: 'usage-invalid', detail: 'nothing is here' }),
  )
  server.get('/healthz', (_, reply) =>
    reply.code(healthy ? 200 : 503).send({ status: healthy ? 'ready' : 'failed' }),
  )
  server.post('/api/v1/decisions', {
    onRequest: bearerCheck(token),
    handler: async (request, reply) => {
      const { body } = request
      if (!Buffer.isBuffer(body)) throw new OperatingError('decision-malformed', 'there is no body')
      const outcomes = await take(body)
      return reply.type('application/json').send(JSON.stringify({ outcomes }))
    },
  })
  return server
}
