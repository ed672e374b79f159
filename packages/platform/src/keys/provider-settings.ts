// Which provider keeps the root key of a place: `keys/provider.yaml`. Secrets stand in files of
// their own that this one names, never in it.
// Unknown keys are refused with the nearest that is known. Page: docs/keys.md.

import { OperatingError } from '@proofhouse/evidence'
import { nearestName } from '../nearest-name.ts'
import { type HeldKeyPlace, readHeldKeyPlace } from './held-key-place.ts'
import { isKeyId } from './key-binding.ts'
import { type ProviderKind, providerKinds } from './ports.ts'

/** Name of the file of settings in the folder of keys. */
export const providerSettingsName = 'provider.yaml'

/** A provider by its settings. */
export type ProviderSettings = {
  /** Name of the root key. */
  readonly root: string
  /** Days after which a tenant's key is due to be rotated. */
  readonly rotationDays: number
  /** Keys that sign and that a provider holds; null for those in files. */
  readonly held: {
    readonly signing: HeldKeyPlace | null
    readonly ledger: HeldKeyPlace | null
    readonly decisions: HeldKeyPlace | null
  }
  /** Stores of artifacts with keys of the workspace's tenant, beside its own: folders, and buckets as `s3://…`. */
  readonly artifactStores: readonly string[]
} & (
  | { readonly provider: 'file'; readonly passphraseFile: string | null }
  | {
      readonly provider: 'vault'
      readonly address: string
      readonly mount: string
      readonly tokenFile: string
      readonly namespace: string | null
    }
  | {
      readonly provider: 'pkcs11'
      readonly library: string
      readonly token: string
      readonly pinFile: string
    }
  | { readonly provider: 'aws-kms'; readonly region: string; readonly endpoint: string | null }
)

/** What counts where there is no file of settings: a key file that its mode protects, rotated every 90 days. */
export const providerSettingsDefault: ProviderSettings = {
  provider: 'file',
  root: 'root',
  rotationDays: 90,
  passphraseFile: null,
  held: { signing: null, ledger: null, decisions: null },
  artifactStores: [],
}

const rotationDaysMax = 3_650
const heldKeys = ['signing_key', 'ledger_key', 'decisions_key']
const always = ['provider', 'root', 'rotation_days', ...heldKeys, 'artifact_stores']
const ownKeys: Readonly<Record<ProviderKind, readonly string[]>> = {
  file: ['passphrase_file'],
  vault: ['address', 'mount', 'token_file', 'namespace'],
  pkcs11: ['library', 'token', 'pin_file'],
  'aws-kms': ['region', 'endpoint'],
}

/**
 * The settings in a file.
 * @param resolve the path that a file named in it stands for
 * @throws config-invalid
 */
export function readProviderSettings(
  value: unknown,
  { fileName, resolve }: { readonly fileName: string; readonly resolve: (path: string) => string },
): ProviderSettings {
  const refuse = (problem: string): never => {
    throw new OperatingError('config-invalid', `${fileName}: ${problem}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('it must hold keys and values')
  const given = new Map<string, unknown>(Object.entries(value))
  const provider = providerKinds.find((kind) => kind === given.get('provider'))
  if (provider === undefined)
    return refuse(
      `\`provider\` must be one of ${providerKinds.map((kind) => `\`${kind}\``).join(', ')}`,
    )
  const known = [...always, ...ownKeys[provider]]
  for (const key of given.keys()) {
    if (known.includes(key)) continue
    const near = nearestName(key, known)
    const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean \`${near}\`?`
    return refuse(`\`${key}\` is not a setting of \`${provider}\`; ${hint}`)
  }
  const text = (key: string): string => {
    const found = given.get(key)
    return typeof found === 'string' && found !== '' ? found : refuse(`\`${key}\` must be a text`)
  }
  const textOr = <T>(key: string, fallback: T): string | T =>
    given.has(key) ? text(key) : fallback
  const root = textOr('root', providerSettingsDefault.root)
  if (!isKeyId(root)) return refuse('`root` must be a name of letters, digits, `.`, `_` and `-`')
  const rotationDays = given.get('rotation_days') ?? providerSettingsDefault.rotationDays
  if (typeof rotationDays !== 'number' || !(rotationDays >= 1 && rotationDays <= rotationDaysMax))
    return refuse(`\`rotation_days\` must be a number from 1 to ${rotationDaysMax}`)
  const heldAt = (key: string) => placeIn(textOr(key, null), { key, resolve, refuse })
  const [signing, ledger, decisions] = [
    heldAt('signing_key'),
    heldAt('ledger_key'),
    heldAt('decisions_key'),
  ]
  const artifactStores = storesIn(given.get('artifact_stores') ?? [], { resolve, refuse })
  const each = { root, rotationDays, held: { signing, ledger, decisions }, artifactStores }
  if (provider === 'file') {
    const path = textOr('passphrase_file', null)
    return { ...each, provider, passphraseFile: path === null ? null : resolve(path) }
  }
  if (provider === 'vault')
    return {
      ...each,
      provider,
      address: text('address'),
      mount: textOr('mount', 'transit'),
      tokenFile: resolve(text('token_file')),
      namespace: textOr('namespace', null),
    }
  if (provider === 'pkcs11')
    return {
      ...each,
      provider,
      library: resolve(text('library')),
      token: text('token'),
      pinFile: resolve(text('pin_file')),
    }
  return { ...each, provider, region: text('region'), endpoint: textOr('endpoint', null) }
}

function storesIn(
  value: unknown,
  given: {
    readonly resolve: (path: string) => string
    readonly refuse: (problem: string) => never
  },
): readonly string[] {
  const texts = Array.isArray(value) ? value : [null]
  return texts.map((each: unknown) => {
    if (typeof each !== 'string' || each === '')
      return given.refuse('`artifact_stores` must be a list of folders, or of buckets as `s3://…`')
    return each.startsWith('s3://') ? each : given.resolve(each)
  })
}

/** A place where a key is held. The key of a log is one version for ever, so that in Vault the version is named. */
function placeIn(
  text: string | null,
  given: {
    readonly key: string
    readonly resolve: (path: string) => string
    readonly refuse: (problem: string) => never
  },
): HeldKeyPlace | null {
  const { key, resolve, refuse } = given
  if (text === null) return null
  const place = readOr(
    () => readHeldKeyPlace(text, resolve),
    (problem) => refuse(`\`${key}\`: ${problem}`),
  )
  if (place === null)
    return refuse(
      `\`${key}\` is the place of a key that a provider holds (\`pkcs11:\`, \`vault:\` or \`awskms:\`); leave it out for a key in a file`,
    )
  if (key !== 'signing_key' && place.provider === 'vault' && place.version === null)
    return refuse(`\`${key}\` must name its \`version\`: a log keeps the key it began with`)
  return place
}

function readOr<T>(read: () => T, refuse: (problem: string) => never): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof OperatingError) return refuse(error.message)
    throw error
  }
}
