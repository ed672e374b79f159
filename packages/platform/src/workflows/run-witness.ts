// Runs a witness of other people's logs until it is asked to stop: `proofhouse ledger witness`.

import { OperatingError, textOf } from '@proofhouse/evidence'
import { parseWitnessedLogs, Witness } from '../ledger/index.ts'
import { openWitnessKeyAt } from './held-keys.ts'
import type { Services } from './services.ts'

/** The list of logs is small; anything larger is the wrong file. */
const logsFileSizeMaxBytes = 1_048_576

/** How a witness runs. */
export interface RunWitnessRequest {
  /** `HOST:PORT`; port 0 takes any that is free. */
  readonly listen: string
  /** Whether plain HTTP may be spoken with other machines. */
  readonly beyondThisMachine: boolean
  readonly keyPath: string
  /** The witness's name, for which a key is made when there is none. */
  readonly name: string | null
  readonly logsPath: string
  readonly stateFolder: string
  /** Ends it. */
  readonly signal: AbortSignal
}

/** A witness that is ready for requests. */
export interface ReadyWitness {
  readonly url: string
  readonly name: string
  /** What verifiers believe it by. */
  readonly verifierKey: string
  readonly origins: readonly string[]
}

/**
 * Answers requests until the signal; resolves once those under way are answered and the state is let go.
 * @throws usage-invalid, trust-malformed, ledger-busy, ledger-corrupt, storage-failed and what keys throw
 */
export async function runWitness(
  services: Pick<Services, 'files' | 'keyFiles' | 'openHeldKey' | 'witnessing' | 'now'>,
  request: RunWitnessRequest,
  onReady: (ready: ReadyWitness) => void,
): Promise<void> {
  const { files, witnessing, now } = services
  const address = addressOf(request.listen, request.beyondThisMachine)
  const keys = parseWitnessedLogs(textOf(await files.read(request.logsPath, logsFileSizeMaxBytes)))
  const key = await openWitnessKeyAt(services, request)
  const opening = witnessing.openState(request.stateFolder, [...keys.keys()])
  const state = await opening.catch((error: unknown) => {
    key.close()
    throw error
  })
  try {
    const logs = [...state].map(([origin, store]) => ({
      origin,
      store,
      keys: keys.get(origin) ?? [],
    }))
    const nowSeconds = () => Math.floor(now().getTime() / 1_000)
    const witness = await Witness.open({ logs, signer: key.signer, nowSeconds })
    const listener = await witnessing.listen(witness, address)
    try {
      const { name } = key.signer
      const { verifierKey } = key
      onReady({ url: listener.url, name, verifierKey, origins: [...keys.keys()] })
      await ended(request.signal)
    } finally {
      await listener.close()
      await witness.close()
    }
  } finally {
    key.close()
    for (const store of state.values()) await store.release()
  }
}

/** @throws usage-invalid */
function addressOf(text: string, beyondThisMachine: boolean): { host: string; port: number } {
  const [, bracketed, plain, digits = ''] =
    /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (host === undefined || port > 65_535)
    throw new OperatingError('usage-invalid', `\`${text}\` is no address like 127.0.0.1:7380`)
  if (!beyondThisMachine && !/^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host))
    throw new OperatingError(
      'usage-invalid',
      `\`${host}\` is beyond this machine, and this is plain HTTP: put a server that speaks TLS in front, or say --plain-http`,
    )
  return { host, port }
}

function ended(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => {
    resolve()
  })
  if (signal.aborted) resolve()
  return promise
}
