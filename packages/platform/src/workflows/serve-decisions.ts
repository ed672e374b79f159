// A workspace's decision log, open for clients until somebody asks for the end: `proofhouse decisions serve`.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { OperatingError } from '@proofhouse/evidence'
import { closeEpoch } from '../decisions/index.ts'
import { type DecisionLogInUse, stateHead, withDecisionLog } from './decision-log-access.ts'
import type { Services } from './services.ts'

/** How often the head is stated in the evidence log, where it has moved. */
const stateEveryMs = 10 * 60_000
/** How long an epoch of keys lasts. */
const epochMs = 24 * 3_600_000
/** How often it is said that a key is due to be rotated. */
const alarmEveryMs = 24 * 3_600_000
const tokenFile = 'keys/decisions.token'
const loopback = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

/** Where to listen. */
export interface ServeRequest {
  readonly folder: string
  readonly host: string
  readonly port: number
}

/**
 * Takes decisions over HTTP until the signal aborts, then finishes what is on its way.
 * @param ready told the address and the file with the token that clients show
 * @throws usage-invalid for another address than loopback: there is no TLS here
 */
export async function serveDecisions(
  { folder, host, port }: ServeRequest,
  services: Services,
  run: {
    readonly signal: AbortSignal
    readonly ready: (address: string, tokenFile: string) => void
    /** Told what somebody is to know; decisions are taken all the same. */
    readonly note: (text: string) => void
  },
): Promise<{ readonly size: number }> {
  if (!loopback.test(host))
    throw new OperatingError(
      'usage-invalid',
      `\`${host}\` is not this machine alone: put a proxy with TLS in front of 127.0.0.1`,
    )
  const path = join(folder, tokenFile)
  const token = await tokenIn(services, path)
  return withDecisionLog(services, folder, async (opened) => {
    const { log } = opened
    let stated = log.size
    let epochEndsMs = performance.now() + epochMs
    let alarmMs = 0
    let failure: unknown = null
    const stop = Promise.withResolvers<void>()
    const failed = (error: unknown) => {
      failure ??= error
      stop.resolve()
    }
    const server = await services.listenForDecisions(log, { host, port, token, failed })
    const tick = async () => {
      if (performance.now() >= alarmMs) {
        alarmMs = performance.now() + alarmEveryMs
        const alarm = await opened.keyAlarm()
        if (alarm !== null) run.note(alarm)
      }
      if (performance.now() > epochEndsMs || isErasureDue(log, services.now())) {
        if (await isEpochClosed(opened, run)) epochEndsMs = performance.now() + epochMs
      }
      if (log.size > stated) {
        stated = log.size
        await stateHead(opened, 'head', services.now())
      }
    }
    const timer = setInterval(() => {
      tick().catch(failed)
    }, stateEveryMs)
    tick().catch(failed)
    run.ready(server.address, path)
    if (run.signal.aborted) stop.resolve()
    run.signal.addEventListener('abort', () => stop.resolve(), { once: true })
    try {
      await stop.promise
    } finally {
      clearInterval(timer)
      await server.close()
    }
    if (failure !== null) throw failure
    return { size: log.size }
  })
}

/** Ends the epoch; where the provider of keys is away it goes on, decisions are taken in it, and the next tick tries again. */
async function isEpochClosed(
  { log, host }: DecisionLogInUse,
  { note }: { readonly note: (text: string) => void },
): Promise<boolean> {
  try {
    await closeEpoch(log, host)
    return true
  } catch (error) {
    const isAway = error instanceof OperatingError && error.code === 'key-provider-unavailable'
    if (!isAway) throw error
    note(`the epoch of keys goes on: ${error.message}`)
    return false
  }
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
