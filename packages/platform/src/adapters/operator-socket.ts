// The socket of a workspace on which operators are answered, `run/decisions.sock`, and asking there. Its folder is its owner's alone, so
// whoever gets to it may do what it is asked; nothing secret goes over it that its owner could not read anyway.

import { request as httpRequest } from 'node:http'
import { lstat, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import {
  type ErrorCode,
  errorRegistry,
  isJsonObject,
  type JsonValue,
  OperatingError,
} from '@proofhouse/evidence'
import type { Services } from '../workflows/index.ts'
import { systemCodeOf } from './storage-error.ts'

const otherPeople = 0o077
/** Systems take 103 bytes (macOS) or 107 (Linux) as the name of a socket. */
const pathMaxBytes = 100
/** The longest answer: the record of an erasure with a million ranges. */
const answerMaxBytes = 128 * 1_048_576

/** The socket of a workspace. */
export const socketOf = (folder: string): string => join(folder, 'run/decisions.sock')

/** Does something with a socket by a name that the system takes, however deep the workspace lies. */
export async function byShortName<Result>(
  path: string,
  use: (name: string) => Promise<Result>,
): Promise<Result> {
  if (Buffer.byteLength(path) <= pathMaxBytes) return use(path)
  const folder = await mkdtemp(join(tmpdir(), 'proofhouse-'))
  try {
    await symlink(resolve(dirname(path)), join(folder, 'w'))
    return await use(join(folder, 'w', basename(path)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Asks whoever holds a workspace.
 * @param version of this program: another one may answer otherwise
 */
export async function askOperator(
  at: { readonly folder: string; readonly version: string },
  name: string,
  request: unknown,
): ReturnType<Services['operators']['ask']> {
  const path = socketOf(at.folder)
  if (!(await isOurs(path))) return null
  const answer = await byShortName(path, (short) => ask(short, name, JSON.stringify(request)))
  if (answer === null) return null
  if (answer.version !== at.version)
    throw new OperatingError(
      'server-refused',
      `\`decisions serve\`, which holds the workspace, is of version ${answer.version} and this of ${at.version}: start it anew`,
    )
  const value = valueOf(answer.text)
  if (answer.status !== 200) throw errorIn(value)
  return { result: isJsonObject(value) ? value['result'] : undefined }
}

/** Whether there is a socket that is its owner's alone; false where there is none. @throws file-unreadable */
async function isOurs(path: string): Promise<boolean> {
  const refuse = (why: string, cause?: unknown) =>
    new OperatingError('file-unreadable', `\`${dirname(path)}\` ${why}`, { cause })
  try {
    const folder = await lstat(dirname(path))
    const self = process.getuid?.() ?? 0
    if (folder.uid !== self && self !== 0)
      throw refuse('belongs to another user: run this as that user')
    if (!folder.isDirectory() || (folder.mode & otherPeople) !== 0)
      throw refuse('lets other users in: run `chmod 700` on it, and start the server anew')
    return (await lstat(path)).isSocket()
  } catch (cause) {
    if (cause instanceof OperatingError) throw cause
    if (systemCodeOf(cause) === 'ENOENT') return false
    throw refuse(`cannot be looked at (${systemCodeOf(cause)})`, cause)
  }
}

interface Answer {
  readonly status: number
  readonly version: string
  readonly text: string
}

/** What is answered; null when nobody listens. @throws server-unreachable */
function ask(socketPath: string, name: string, body: string): Promise<Answer | null> {
  const unanswered = (why: string) =>
    new OperatingError(
      'server-unreachable',
      `\`decisions serve\`, which holds the workspace, ${why}: what was asked may have been done, or is done when the log is opened again; look, and ask again`,
    )
  return new Promise((done, reject) => {
    const sent = httpRequest(
      {
        socketPath,
        path: `/api/v1/operator/${name}`,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        const parts: Buffer[] = []
        let size = 0
        response.on('data', (part: Buffer) => {
          parts.push(part)
          size += part.length
          if (size > answerMaxBytes) sent.destroy(new Error('too long'))
        })
        response.on('end', () => {
          const theirs = response.headers['proofhouse-version']
          done({
            status: response.statusCode ?? 0,
            version: typeof theirs === 'string' ? theirs : 'unknown',
            text: Buffer.concat(parts).toString('utf8'),
          })
        })
        response.on('error', () => reject(unanswered('ended before it had answered')))
      },
    )
    sent.on('error', (cause) => {
      const code = systemCodeOf(cause)
      // Left behind by a server that was killed: the next one replaces it.
      if (code === 'ECONNREFUSED' || code === 'ENOENT') done(null)
      else reject(unanswered(`gave no whole answer (${code})`))
    })
    sent.end(body)
  })
}

/** Null where it is no JSON. */
function valueOf(text: string): JsonValue {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.parse gives
    return JSON.parse(text) as JsonValue
  } catch {
    return null
  }
}

/** The error of a problem, as if it had been thrown here. */
function errorIn(value: JsonValue): OperatingError {
  const problem = isJsonObject(value) ? value : {}
  const { title, detail, details } = problem
  const code = Object.keys(errorRegistry).find((known): known is ErrorCode => known === title)
  if (code === undefined || typeof detail !== 'string')
    return new OperatingError(
      'server-refused',
      '`decisions serve`, which holds the workspace, gave an answer that is none',
    )
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- facts of an error, as its thrower put them
  const facts = (isJsonObject(details) ? details : {}) as OperatingError['details']
  return new OperatingError(code, detail, { details: facts })
}
