// The transit engine of HashiCorp Vault or OpenBao over HTTP: requests with a token that is read anew each time, bounded answers, and what
// their status means. What is refused is told by status, never by the server's text, which may repeat what was sent.

import {
  type Bytes,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  OperatingError,
  parseJson,
} from '@proofhouse/evidence'
import { addressOf } from './http-servers.ts'

const answerMaxBytes = 1_048_576
const timeoutMsDefault = 10_000

/** Which server, and as whom. */
export interface VaultOptions {
  /** `https://…`, or `http://` on this machine. */
  readonly address: string
  /** Where the transit engine is mounted, such as `transit`. */
  readonly mount: string
  /** Asked for anew for each request, so that a renewed token is taken up. */
  readonly token: () => Promise<string>
  /** Of Vault Enterprise or OpenBao; null for none. */
  readonly namespace?: string | null
  readonly timeoutMs?: number
}

interface Answer {
  readonly status: number
  readonly data: JsonObject
  readonly errors: string
}

/** A transit engine in use. */
export type TransitServer = ReturnType<typeof transitServer>

/** The transit engine at an address. @throws usage-invalid */
export function transitServer({
  address,
  mount,
  token,
  namespace = null,
  timeoutMs = timeoutMsDefault,
}: VaultOptions) {
  const base = addressOf(address)
  const prefix = `${base.pathname.replace(/\/+$/, '')}/v1`
  if (!/^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/.test(mount))
    throw new OperatingError('usage-invalid', `\`${mount}\` is no mount of a transit engine`)
  const refused = (why: string) =>
    new OperatingError('key-provider-refused', `\`${base.host}\`: ${why}`)
  return {
    refused,
    async ask(method: 'GET' | 'POST', path: string, body?: JsonObject): Promise<Answer> {
      const target = new URL(base)
      target.pathname = `${prefix}/${mount}/${path}`
      const headers = {
        'x-vault-token': await token(),
        'x-vault-request': 'true',
        ...(namespace === null ? {} : { 'x-vault-namespace': namespace }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      }
      try {
        const answer = await fetch(target, {
          method,
          headers,
          redirect: 'manual',
          signal: AbortSignal.timeout(timeoutMs),
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        return answerIn(answer.status, await boundedBody(answer))
      } catch (cause) {
        if (cause instanceof OperatingError) throw cause
        // Not the cause itself: it may hold what was sent.
        throw unavailable(base.host, reasonOf(cause))
      }
    },
    requireDone(answer: Answer, path: string): Answer {
      const { status, errors } = answer
      if (status === 200 || status === 204) return answer
      if (status === 429 || status >= 472) {
        const sealed = /sealed/i.test(errors)
        throw unavailable(base.host, sealed ? 'it is sealed' : `status ${status}`)
      }
      if (status === 404)
        throw new OperatingError('key-missing', `\`${base.host}\` has no \`${mount}/${path}\``)
      const hint = status === 401 || status === 403 ? ': check the token, and what it allows' : ''
      throw refused(`it answered \`${mount}/${path}\` with status ${status}${hint}`)
    },
  }
}

async function boundedBody(answer: Response): Promise<Bytes> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of answer.body ?? []) {
    size += part.length
    if (size > answerMaxBytes)
      throw new OperatingError('key-provider-refused', 'the server answers more than a megabyte')
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}

function answerIn(status: number, bytes: Bytes): Answer {
  let value: JsonValue = null
  try {
    value = parseJson(bytes, 'encoding-invalid')
  } catch {
    // An empty answer, or a page of a proxy: the status speaks.
  }
  if (!isJsonObject(value)) return { status, data: {}, errors: '' }
  const { data, errors } = value
  return {
    status,
    data: isJsonObject(data) ? data : {},
    errors: Array.isArray(errors) ? errors.map(String).join(' ') : '',
  }
}

/** A text in an answer; null when it is none. */
export function textIn(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Error && cause.name === 'TimeoutError') return 'it gave no answer in time'
  const inner = cause instanceof Error ? cause.cause : null
  const code = inner instanceof Error && 'code' in inner ? inner.code : null
  return typeof code === 'string' ? code : 'the connection broke'
}

function unavailable(host: string, why: string): OperatingError {
  return new OperatingError(
    'key-provider-unavailable',
    `the key server \`${host}\` cannot be used now (${why}); nothing is lost, try again`,
  )
}
