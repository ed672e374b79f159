// A workspace's decision log, open for clients until somebody asks for the end: `proofhouse decisions serve`.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { OperatingError } from '@proofhouse/evidence'
import { closeEpoch } from '../decisions/index.ts'
import { type DecisionLogInUse, stateHead, withDecisionLog } from './decision-log-access.ts'
import { operatorOf, WorkQueue } from './operator.ts'
import type { Services } from './services.ts'

/** How often the head is stated in the evidence log, where it has moved. */
const stateEveryMs = 10 * 60_000
/** How long an epoch of keys lasts. */
const epochMs = 24 * 3_600_000
/** How often it is said that a key is due to be rotated. */
const alarmEveryMs = 24 * 3_600_000
const sendersTokens = 'keys/decisions.token'
const operatorsTokens = 'keys/operator.token'
const loopback = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

/** Where to listen. */
export interface ServeRequest {
  readonly folder: string
  readonly host: string
  readonly port: number
  /** Whether operators are answered over HTTP too, and not on the workspace's socket alone. */
  readonly operator?: boolean
}

/** What is said once it listens. */
export interface Serving {
  readonly address: string
  /** File with the token that clients show. */
  readonly tokenFile: string
  /** File with the token that operators show; null where they are not answered here. */
  readonly operatorTokenFile: string | null
}

/**
 * Takes decisions over HTTP until the signal aborts, then finishes what is on its way. Operators on this machine are
 * answered meanwhile.
 * @throws usage-invalid for another address than loopback: there is no TLS here
 */
export async function serveDecisions(
  { folder, host, port, operator = false }: ServeRequest,
  services: Services,
  run: {
    readonly signal: AbortSignal
    readonly ready: (serving: Serving) => void
    /** Told what somebody is to know; decisions are taken all the same. */
    readonly note: (text: string) => void
  },
): Promise<{ readonly size: number }> {
  if (!loopback.test(host))
    throw new OperatingError(
      'usage-invalid',
      `\`${host}\` is not this machine alone: put a proxy with TLS in front of 127.0.0.1`,
    )
  const tokens = await tokensFor(services, folder, operator)
  return withDecisionLog(services, folder, async (opened) => {
    const { log } = opened
    let failure: unknown = null
    const stop = Promise.withResolvers<void>()
    const failed = (error: unknown) => {
      failure ??= error
      stop.resolve()
    }
    const queue = new WorkQueue()
    const answers = operatorOf(opened, services, { queue, failed })
    const { senders, operators } = tokens
    const server = await services.listenForDecisions(log, {
      host,
      port,
      token: senders.token,
      operator: operators === null ? null : { token: operators.token, answers },
      failed,
    })
    const socket = await services.operators
      .listen(folder, answers)
      .catch(async (error: unknown) => {
        await server.close()
        throw error
      })
    const tick = ticking(opened, services, { queue, note: run.note })
    const timer = setInterval(() => {
      tick().catch(failed)
    }, stateEveryMs)
    tick().catch(failed)
    const operatorTokenFile = operators?.path ?? null
    run.ready({ address: server.address, tokenFile: senders.path, operatorTokenFile })
    if (run.signal.aborted) stop.resolve()
    run.signal.addEventListener('abort', () => stop.resolve(), { once: true })
    try {
      await stop.promise
    } finally {
      clearInterval(timer)
      await Promise.all([server.close(), socket.close()])
      await queue.settled()
    }
    if (failure !== null) throw failure
    return { size: log.size }
  })
}

/** What is done now and then: an epoch that is over is ended, and a head that has moved is stated. */
function ticking(
  opened: DecisionLogInUse,
  { now }: Pick<Services, 'now'>,
  { queue, note }: { readonly queue: WorkQueue; readonly note: (text: string) => void },
): () => Promise<void> {
  const { log, host } = opened
  let stated = log.size
  let epochEndsMs = performance.now() + epochMs
  let alarmMs = 0
  return async () => {
    if (performance.now() >= alarmMs) {
      alarmMs = performance.now() + alarmEveryMs
      const alarm = await opened.keyAlarm()
      if (alarm !== null) note(alarm)
    }
    if (performance.now() > epochEndsMs || isErasureDue(log, now())) {
      try {
        await queue.add(() => closeEpoch(log, host))
        epochEndsMs = performance.now() + epochMs
      } catch (error) {
        if (!isProviderAway(error)) throw error
        // The epoch goes on, decisions are taken in it, and the next tick tries again.
        note(`the epoch of keys goes on: ${error.message}`)
      }
    }
    if (log.size > stated) {
      stated = log.size
      await stateHead(opened, 'head', now())
    }
  }
}

interface Tokens {
  readonly senders: { readonly path: string; readonly token: string }
  readonly operators: { readonly path: string; readonly token: string } | null
}

/** @throws key-malformed where a file holds no token, or both hold the same */
async function tokensFor(services: Services, folder: string, operator: boolean): Promise<Tokens> {
  const read = async (name: string) => {
    const path = join(folder, name)
    return { path, token: await tokenIn(services, path) }
  }
  const senders = await read(sendersTokens)
  const operators = operator ? await read(operatorsTokens) : null
  if (operators?.token === senders.token)
    throw new OperatingError(
      'key-malformed',
      `\`${operators.path}\` holds the token of those who send decisions; remove it, and a new one is made`,
    )
  return { senders, operators }
}

function isProviderAway(error: unknown): error is OperatingError {
  return error instanceof OperatingError && error.code === 'key-provider-unavailable'
}

/**
 * Whether an erasure of this epoch has waited for its end as long as one does at most, whoever was stopped meanwhile.
 * By a clock that went back behind the request nobody can tell how long: it has.
 */
function isErasureDue({ erasures, keys }: DecisionLogInUse['log'], now: Date): boolean {
  return erasures.list().some(({ epoch, finalIndex, requestedAt }) => {
    const waitedMs = now.getTime() - Date.parse(requestedAt)
    const isOpen = finalIndex === null && epoch === keys.epoch.number
    return isOpen && (waitedMs >= epochMs || waitedMs < 0)
  })
}

/** @throws key-malformed where the file holds no token: an empty one would be everybody's */
async function tokenIn({ keyFiles }: Pick<Services, 'keyFiles'>, path: string): Promise<string> {
  const found = await keyFiles.readPrivate(path)
  if (found === null) {
    await keyFiles.createPrivate(path, `${randomBytes(32).toString('base64url')}\n`)
    return tokenIn({ keyFiles }, path)
  }
  const token = found.trim()
  if (/^[\w.~+/=-]{16,}$/.test(token)) return token
  throw new OperatingError(
    'key-malformed',
    `\`${path}\` holds no token of 16 characters or more; remove it, and a new one is made`,
  )
}
