// Signs keyless: with services that are named, as whom a token in a file names, and only what then verifies offline under the
// trusted root, by the same code that will verify it elsewhere.

import { openSignature, signModelKeyless } from '../artifacts/index.ts'
import { tokenLine } from './secret-line.ts'
import type { Services } from './services.ts'
import type { ModelSigning } from './signed-path.ts'

/** The public one has 7 KB. */
const trustedRootSizeMaxBytes = 1_048_576

/** As whom to sign, and with whose services. */
export interface KeylessRequest {
  readonly kind: 'keyless'
  /** File with an OpenID Connect identity token in its first line. */
  readonly tokenPath: string
  readonly fulcio: string
  readonly rekor: string
  readonly rekorApi: 1 | 2
  /** Whole address of a time stamp authority; null where the log proves the time. */
  readonly timeStamps: string | null
  /** The trusted root of these services. */
  readonly trustedRootPath: string
}

/** @throws file-missing, key-malformed, usage-invalid */
export async function withoutKey(
  {
    files,
    keyFiles,
    httpServers,
    keyless,
    now,
  }: Pick<Services, 'files' | 'keyFiles' | 'httpServers' | 'keyless' | 'now'>,
  request: KeylessRequest,
): Promise<ModelSigning> {
  const token = await tokenLine(keyFiles, request.tokenPath)
  const trustedRoot = await files.read(request.trustedRootPath, trustedRootSizeMaxBytes)
  const { rekorApi, timeStamps } = request
  const services = {
    fulcio: httpServers.open(request.fulcio, null),
    rekor: httpServers.open(request.rekor, null),
    rekorApi,
    timeStamps: timeStamps === null ? null : httpServers.open(timeStamps, null),
  }
  return async (model) => {
    const bytes = await signModelKeyless(model, services, { token, at: now() })
    const identity = await keyless.establish(bytes, trustedRoot)
    const policy = { kind: 'keyless', checker: keyless, trustedRoot } as const
    const { name, issuer } = identity
    const { signer } = await openSignature(bytes, { ...policy, identity: name, issuer })
    return { bytes, keyId: signer.keyId, subject: null, identity }
  }
}
