// Where a workspace keeps what need not lie in its folder: `decisions/storage.yaml` for its decision log. Secrets stand in files of their own, or in variables of the environment, that these name, and never in them.
// Unknown keys are refused with the nearest that is known. Page: docs/guides/storage.md.

import { OperatingError } from '@proofhouse/evidence'
import { nearestName } from '../nearest-name.ts'

/** Name of the file of settings, in the folder of what it is about. */
export const storageSettingsName = 'storage.yaml'

/** Where a secret is to be had. */
export type SecretPlace = { readonly file: string } | { readonly variable: string }

/** A prefix of a bucket. */
export interface BucketSettings {
  readonly bucket: string
  readonly region: string
  /** Null for Amazon's own. */
  readonly endpoint: string | null
  /** Ends in `/`, or is empty. */
  readonly prefix: string
  /** `ID:SECRET`; null takes the machine's own role or profile. */
  readonly access: SecretPlace | null
}

/** Places of a decision log on servers. */
export interface DecisionStorage {
  /** Address of a PostgreSQL database. */
  readonly database: SecretPlace
  readonly ledger:
    | { readonly folder: string }
    | { readonly bucket: BucketSettings; readonly retainDays: number | null }
  /** Null for the database. */
  readonly vault: BucketSettings | null
}

/** A file of settings. */
interface SettingsFile {
  readonly fileName: string
  /** The path that one named in the file stands for. */
  readonly resolve: (path: string) => string
}

const retainDaysMax = 36_500
const bucketKeys = ['name', 'region', 'endpoint', 'prefix', 'access_file', 'access_env']

/** The settings of a decision log. @throws config-invalid */
export function readDecisionStorage(value: unknown, file: SettingsFile): DecisionStorage {
  const all = new Section(value, file, { where: '', known: ['database', 'ledger', 'vault'] })
  const database = all.section('database', ['url_file', 'url_env'])
  const ledger = all.section('ledger', ['folder', 'bucket', 'retain_days'])
  if (ledger.has('folder') === ledger.has('bucket'))
    return ledger.refuse('needs a `folder` or a `bucket`, and not both')
  const folder = ledger.text('folder')
  if (folder !== null && ledger.has('retain_days'))
    return ledger.refuse('`retain_days` is about a bucket with Object Lock')
  return {
    database: database.secret('url') ?? database.refuse('needs `url_file` or `url_env`'),
    ledger:
      folder !== null
        ? { folder: file.resolve(folder) }
        : { bucket: bucketIn(ledger), retainDays: retainDaysIn(ledger) },
    vault: all.is('vault', 'postgresql') ? null : bucketIn(all.section('vault', ['bucket'])),
  }
}

function bucketIn(of: Section): BucketSettings {
  const bucket = of.section('bucket', bucketKeys)
  const prefix = bucket.text('prefix') ?? ''
  if (prefix !== '' && !/^[^/].*\/$/.test(prefix))
    return bucket.refuse('`prefix` must end in `/`, and begin with no `/`')
  return {
    bucket: bucket.text('name') ?? bucket.refuse('needs a `name`'),
    region: bucket.text('region') ?? bucket.refuse('needs a `region`'),
    endpoint: bucket.text('endpoint'),
    prefix,
    access: bucket.secret('access'),
  }
}

function retainDaysIn(of: Section): number | null {
  const days = of.value('retain_days')
  if (days === undefined) return null
  if (typeof days !== 'number' || !Number.isSafeInteger(days) || days < 1 || days > retainDaysMax)
    return of.refuse(`\`retain_days\` must be a whole number from 1 to ${retainDaysMax}`)
  return days
}

/** Keys and values at one place of a file. */
class Section {
  readonly #given: ReadonlyMap<string, unknown>
  readonly #file: SettingsFile
  readonly #where: string

  constructor(
    value: unknown,
    file: SettingsFile,
    { where, known }: { readonly where: string; readonly known: readonly string[] },
  ) {
    this.#file = file
    this.#where = where
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      this.refuse(`must hold ${known.map((key) => `\`${key}\``).join(', ')}`)
    this.#given = new Map(Object.entries(value ?? {}))
    for (const key of this.#given.keys()) {
      if (known.includes(key)) continue
      const near = nearestName(key, known)
      this.refuse(
        `\`${key}\` is unknown; ${near === undefined ? `known are ${known.join(', ')}` : `did you mean \`${near}\`?`}`,
      )
    }
  }

  refuse(problem: string): never {
    const { fileName } = this.#file
    const where = this.#where === '' ? fileName : `${fileName}: \`${this.#where}\``
    throw new OperatingError('config-invalid', `${where}: ${problem}`)
  }

  has(key: string): boolean {
    return this.#given.has(key)
  }

  value(key: string): unknown {
    return this.#given.get(key)
  }

  is(key: string, value: string): boolean {
    return this.#given.get(key) === value
  }

  /** A text that is not empty; null where it is not given. */
  text(key: string): string | null {
    const value = this.#given.get(key)
    if (value === undefined) return null
    if (typeof value === 'string' && value !== '') return value
    return this.refuse(`\`${key}\` must be a text`)
  }

  section(key: string, known: readonly string[]): Section {
    const where = this.#where === '' ? key : `${this.#where}.${key}`
    return new Section(this.#given.get(key), this.#file, { where, known })
  }

  /** Where a secret is: `NAME_file` or `NAME_env`; null for neither. */
  secret(name: string): SecretPlace | null {
    const [file, variable] = [this.text(`${name}_file`), this.text(`${name}_env`)]
    if (file !== null && variable !== null)
      return this.refuse(`\`${name}_file\` and \`${name}_env\` exclude each other`)
    if (file !== null) return { file: this.#file.resolve(file) }
    return variable === null ? null : { variable }
  }
}
