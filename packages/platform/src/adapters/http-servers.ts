// Servers by HTTP, asked within bounds: an answer that does not begin or go on in time, drips, is too large, or leads elsewhere
// is refused. Redirects are not followed, because what is sent, such as a token, was meant for the server that was named.

import { type Bytes, concatBytes, OperatingError } from '@proofhouse/evidence'
import type { HttpRequest, HttpServer, HttpServers } from '../artifacts/index.ts'

/** Without a word from the server for so long, it is given up. */
const silenceMaxMs = 30_000

/** The adapter of HttpServers. */
export const httpServers: HttpServers = {
  open: (url, authorization) => open(url, { authorization }),
}

/** @param silenceMs for tests */
export function open(
  url: string,
  {
    authorization,
    silenceMs = silenceMaxMs,
  }: { readonly authorization: string | null; readonly silenceMs?: number },
): HttpServer {
  const base = addressOf(url)
  const read: HttpServer['read'] = async (request, take) => {
    const target = targetOf(base, request)
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), silenceMs)
    try {
      const answer = await fetch(target, {
        method: request.body === undefined ? 'GET' : 'POST',
        redirect: 'manual',
        signal: stop.signal,
        headers: {
          'accept-encoding': 'identity',
          ...(authorization === null ? {} : { authorization }),
          ...(request.body === undefined ? {} : { 'content-type': request.body.type }),
        },
        ...(request.body === undefined ? {} : { body: Buffer.from(request.body.bytes) }),
      })
      // What a refusal says is not read: it may hold what was sent.
      if (!answer.ok)
        throw new OperatingError(
          'server-refused',
          `\`${base.host}\` answered \`${target.pathname}\` with status ${answer.status}${refusalOf(answer.status)}`,
        )
      const begunMs = performance.now()
      let size = 0
      for await (const part of answer.body ?? []) {
        timer.refresh()
        size += part.length
        // A byte now and then is no silence, and would hold us for ever.
        if (performance.now() - begunMs > silenceMs + size)
          throw new OperatingError(
            'server-unreachable',
            `\`${base.host}\` answered \`${target.pathname}\` with less than a kilobyte a second; try again`,
          )
        if (size > request.bytesMax)
          throw new OperatingError(
            'limit-exceeded',
            `\`${base.host}\` answered \`${target.pathname}\` with more than ${request.bytesMax} bytes`,
          )
        take(part)
      }
    } catch (cause) {
      if (cause instanceof OperatingError) throw cause
      const why = stop.signal.aborted
        ? `was silent for ${silenceMs / 1_000} s`
        : `gave no answer (${systemReasonOf(cause)})`
      throw new OperatingError(
        'server-unreachable',
        `\`${base.host}\` ${why} when asked for \`${target.pathname}\`; check the address and try again`,
      )
    } finally {
      clearTimeout(timer)
      stop.abort()
    }
  }
  return {
    url: base.href,
    read,
    ask: async (request): Promise<Bytes> => {
      const parts: Uint8Array[] = []
      await read(request, (part) => parts.push(part))
      return concatBytes(...parts)
    },
  }
}

/** An address that may be asked: https, or http on this machine, and nothing secret in it. @throws usage-invalid */
export function addressOf(text: string): URL {
  const url = URL.parse(text)
  const isHere = url !== null && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isHere)))
    throw new OperatingError(
      'usage-invalid',
      'a server is named by an address that starts with https://, or with http:// on this machine',
    )
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new OperatingError(
      'usage-invalid',
      `the address of \`${url.host}\` holds a user, a query or a fragment; give the bare address, and what is secret in a file`,
    )
  return url
}

function targetOf(base: URL, { path, query = {} }: HttpRequest): URL {
  const target = new URL(base)
  const escaped = path.split('/').map((part) => encodeURIComponent(part))
  // `.` and `..` would be taken for steps.
  if (escaped.some((part) => part === '.' || part === '..'))
    throw new OperatingError('server-refused', `\`${base.host}\` names the path \`${path}\``)
  target.pathname = `${base.pathname.replace(/\/+$/, '')}${escaped.join('/')}`
  for (const [name, value] of Object.entries(query)) target.searchParams.append(name, value)
  return target
}

function refusalOf(status: number): string {
  if (status >= 300 && status < 400) return ': it leads elsewhere, where nothing is sent'
  if (status === 401 || status === 403) return ': check the token, and what it allows'
  return status === 404 ? ': there is no such thing' : ''
}

/** The system's code of a failed connection; never a message, which may hold what was sent. */
export function systemReasonOf(cause: unknown): string {
  const inner = cause instanceof Error ? cause.cause : null
  const code = inner instanceof Error && 'code' in inner ? inner.code : null
  return typeof code === 'string' ? code : 'the connection broke'
}
