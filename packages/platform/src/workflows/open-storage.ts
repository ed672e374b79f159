// The places that a workspace's settings of storage name, with the secrets that these name in turn.

import { join, resolve } from 'node:path'
import { OperatingError, textOf } from '@proofhouse/evidence'
import {
  type BucketSettings,
  parseYaml,
  readDecisionStorage,
  type SecretPlace,
  storageSettingsName,
} from '../registry/index.ts'
import { secretLine } from './secret-line.ts'
import type { BucketPlace, DecisionPlaces, Services } from './services.ts'

const settingsMaxBytes = 65_536

/** What reading settings needs. */
type Needed = Pick<Services, 'files' | 'keyFiles' | 'variable'>

/**
 * Where a workspace's decision log is kept; null for its own folder.
 * @throws config-invalid, file-missing, key-malformed
 */
export async function decisionPlaces(
  services: Needed,
  workspace: string,
): Promise<DecisionPlaces | null> {
  const settings = await settingsIn(services, join(workspace, 'decisions'), readDecisionStorage)
  if (settings === null) return null
  const { database, ledger, vault } = settings
  return {
    databaseUrl: await databaseUrl(services, database),
    ledger:
      'folder' in ledger
        ? ledger
        : { bucket: await bucketPlace(services, ledger.bucket), retainDays: ledger.retainDays },
    vault: vault === null ? null : await bucketPlace(services, vault),
  }
}

/** The settings in a folder; null where it has none. */
async function settingsIn<Settings>(
  { files }: Needed,
  folder: string,
  read: (
    value: unknown,
    file: { readonly fileName: string; readonly resolve: (path: string) => string },
  ) => Settings,
): Promise<Settings | null> {
  const fileName = join(folder, storageSettingsName)
  if ((await files.kind(fileName)) === null) return null
  const { value } = parseYaml(textOf(await files.read(fileName, settingsMaxBytes)), fileName)
  return read(value, { fileName, resolve: (path) => resolve(folder, path) })
}

async function secretAt(services: Needed, place: SecretPlace, what: string): Promise<string> {
  if ('file' in place) return secretLine(services.keyFiles, { path: place.file, what })
  const value = services.variable(place.variable)
  if (value === null)
    throw new OperatingError(
      'config-invalid',
      `the environment has no \`${place.variable}\`, which should hold the ${what}`,
    )
  return value
}

async function databaseUrl(services: Needed, place: SecretPlace): Promise<string> {
  const url = await secretAt(services, place, 'database address')
  // What is wrong with it is not told: it may hold a password.
  if (!URL.canParse(url) || !/^postgres(?:ql)?:$/.test(new URL(url).protocol))
    throw new OperatingError(
      'config-invalid',
      'the database address must be like postgres://USER:PASSWORD@HOST/DATABASE',
    )
  return url
}

async function bucketPlace(
  services: Needed,
  { access, ...place }: BucketSettings,
): Promise<BucketPlace> {
  if (access === null) return { ...place, credentials: null }
  const line = await secretAt(services, access, 'access key')
  const [, accessKeyId, secretAccessKey] = /^([^:]+):(.+)$/.exec(line.trim()) ?? []
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new OperatingError('config-invalid', 'the access key of a bucket must be ID:SECRET')
  return { ...place, credentials: { accessKeyId, secretAccessKey } }
}
