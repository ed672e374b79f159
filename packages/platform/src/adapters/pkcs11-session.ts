// Sessions with a PKCS#11 token: the driver, one login, one thing at a time, and what the token's return codes mean.
// The driver `pkcs11js` is native and is compiled on purpose only: `node scripts/run.mjs scripts/pkcs11.mjs`.

import type { Handle, PKCS11 } from 'pkcs11js'
import { OperatingError } from '@proofhouse/evidence'

/** Which token, and what opens it. */
export interface Pkcs11Options {
  /** Path of the token's PKCS#11 module. */
  readonly library: string
  readonly tokenLabel: string
  /** Asked for when a session is opened. */
  readonly pin: () => Promise<string>
}

/** The driver's module. */
export type Driver = typeof import('pkcs11js')

/** An open session. */
export interface Session {
  readonly driver: Driver
  readonly token: PKCS11
  readonly handle: Handle
}

/** The session with a token, opened when it is first used, and anew when it was lost. */
export function pkcs11Session(options: Pkcs11Options): {
  readonly use: <T>(work: (session: Session) => T | Promise<T>) => Promise<T>
  readonly close: () => void
} {
  let session: Promise<Session> | null = null
  /** A session does one thing at a time. */
  let last: Promise<unknown> = Promise.resolve()
  return {
    use(work) {
      const done = last.then(async () => {
        session ??= openSession(options)
        const opening = session
        try {
          return await work(await opening)
        } catch (cause) {
          const error = operatingError(options, cause)
          // A token that was away is looked for anew.
          if (error.code === 'key-provider-unavailable') {
            await opening.then(closeSession, () => undefined)
            session = null
          }
          throw error
        }
      })
      last = done.catch(() => undefined)
      return done
    },
    close() {
      session?.then(closeSession, () => undefined)
      session = null
    },
  }
}

async function loadDriver(): Promise<Driver> {
  try {
    return (await import('pkcs11js')).default
  } catch (cause) {
    throw new OperatingError(
      'key-provider-refused',
      'the PKCS#11 driver is not compiled on this machine; run `node scripts/run.mjs scripts/pkcs11.mjs` once',
      { cause },
    )
  }
}

async function openSession({ library, tokenLabel, pin }: Pkcs11Options): Promise<Session> {
  const driver = await loadDriver()
  const token = new driver.PKCS11()
  token.load(library)
  try {
    token.C_Initialize()
  } catch (cause) {
    // One process initializes a module once, whoever else uses it.
    if (!isReturn(cause, 'CKR_CRYPTOKI_ALREADY_INITIALIZED')) throw cause
  }
  const slot = token
    .C_GetSlotList(true)
    .find((each) => token.C_GetTokenInfo(each).label.trimEnd() === tokenLabel)
  if (slot === undefined)
    throw new OperatingError(
      'key-provider-unavailable',
      `the PKCS#11 module \`${library}\` has no token \`${tokenLabel}\` in any slot`,
    )
  const handle = token.C_OpenSession(slot, driver.CKF_SERIAL_SESSION | driver.CKF_RW_SESSION)
  try {
    token.C_Login(handle, driver.CKU_USER, await pin())
  } catch (cause) {
    if (!isReturn(cause, 'CKR_USER_ALREADY_LOGGED_IN')) {
      token.C_CloseSession(handle)
      throw cause
    }
  }
  return { driver, token, handle }
}

function closeSession({ token, handle }: Session): void {
  try {
    token.C_CloseSession(handle)
  } catch {
    // It is gone already.
  }
}

/** Whether the token returned this code. */
export function isReturn(cause: unknown, name: string | RegExp): boolean {
  if (!(cause instanceof Error)) return false
  return typeof name === 'string' ? cause.message === name : name.test(cause.message)
}

/** What the token returned, as an operating error. Never a PIN: return codes are all that is told. */
function operatingError({ tokenLabel }: Pkcs11Options, cause: unknown): OperatingError {
  if (cause instanceof OperatingError) return cause
  const code = cause instanceof Error ? (/CKR_\w+/.exec(cause.message)?.[0] ?? '') : ''
  const refusals =
    /^CKR_(PIN_|USER_(?!NOT_LOGGED)|KEY_FUNCTION|MECHANISM|ATTRIBUTE|TEMPLATE|SESSION_READ_ONLY|TOKEN_WRITE)/
  if (refusals.test(code))
    return new OperatingError(
      'key-provider-refused',
      `the token \`${tokenLabel}\` does not allow it (${code}); check its PIN, and what it can do`,
    )
  return new OperatingError(
    'key-provider-unavailable',
    `the token \`${tokenLabel}\` cannot be used now (${code === '' ? 'its module does not load' : code}); nothing is lost, try again`,
  )
}
