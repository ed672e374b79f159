// Artifacts of a workspace, kept encrypted by their digest: `proofhouse artifacts put`, `get`, `list` and `remove`. What was done is stated in
// the evidence log afterwards; a command that is given again states what a crash left unsaid.

import { basename, resolve } from 'node:path'
import {
  fromBase64,
  makeStatement,
  OperatingError,
  readStatement,
  storedArtifact,
} from '@proofhouse/evidence'
import { ArtifactStore, tenantKeyWrapper } from '../artifacts/store/index.ts'
import { isVouched } from '../registry/index.ts'
import { ownArtifacts } from './artifact-places.ts'
import { type KeyringServices, withKeyring } from './open-keyring.ts'
import type { Services, Workspace } from './services.ts'
import { statementEnvelope } from './statement-envelopes.ts'

/** A workspace is one tenant's. */
const tenant = 'local'
const readSizeBytes = 1_048_576
const digestForm = /^[0-9a-f]{64}$/

type Needed = KeyringServices & Pick<Services, 'openArtifactBlobs' | 'readableFiles'>

/** Which store of a workspace. */
export interface ArtifactPlace {
  readonly folder: string
  /** One of `artifact_stores` in the settings of keys; null for the workspace's own. */
  readonly store: string | null
}

/** The store of a workspace in use. */
interface Opened {
  readonly store: ArtifactStore
  readonly workspace: Workspace
}

/** An artifact that is there. */
export interface ListedArtifact {
  readonly digest: string
  /** Null where its record or its ciphertext is broken. */
  readonly sizeBytes: number | null
}

/** An artifact that was put. */
export interface PutArtifact {
  readonly digest: string
  readonly sizeBytes: number
  /** Whether it was there already. */
  readonly repeated: boolean
  /** Entry of the evidence log that states it; null where that was stated before. */
  readonly index: number | null
}

/**
 * Puts a file into the store of a workspace.
 * @throws file-missing, file-unreadable; artifact-corrupt where the file changes meanwhile; what store and keys throw
 */
export async function putArtifact(
  services: Needed,
  { file, ...place }: ArtifactPlace & { readonly file: string },
): Promise<PutArtifact> {
  const { sha256: digest } = await services.files.digest(file)
  return withArtifacts(services, place, async (opened) => {
    const repeated = (await opened.store.stat(digest)) !== null
    const { sizeBytes } = await opened.store.put(piecesOf(services, file), digest)
    const isStated = repeated && (await lastStated(opened, digest)) === 'put'
    const said = { event: 'put', sizeBytes, name: basename(file) } as const
    const index = isStated ? null : await state(services, opened, { digest, ...said })
    return { digest, sizeBytes, repeated, index }
  })
}

/**
 * Writes an artifact to a file, verified; the file is there only once all of it is.
 * @throws artifact-missing, artifact-corrupt, ciphertext-invalid, file-unwritable; what the keys throw
 */
export async function getArtifact(
  services: Needed,
  given: ArtifactPlace & { readonly digest: string; readonly output: string },
): Promise<ListedArtifact> {
  const digest = digestIn(given.digest)
  return withArtifacts(services, given, async ({ store }) => {
    const found = await store.stat(digest)
    await services.files.write(given.output, store.read(digest))
    return { digest, sizeBytes: found?.sizeBytes ?? null }
  })
}

/** Every artifact of a workspace, in the order of digests. @throws storage-failed */
export async function listArtifacts(
  services: Needed,
  place: ArtifactPlace,
): Promise<readonly ListedArtifact[]> {
  return withArtifacts(services, place, async ({ store }) => {
    const listed: ListedArtifact[] = []
    for await (const digest of store.list())
      listed.push({ digest, sizeBytes: (await store.stat(digest))?.sizeBytes ?? null })
    return listed.toSorted((a, b) => (a.digest < b.digest ? -1 : 1))
  })
}

/**
 * Removes an artifact, its key with it. Copies that were made elsewhere keep theirs.
 * @returns the entry of the evidence log that states it; null where that was stated before
 * @throws artifact-missing where it was never there; storage-failed
 */
export async function removeArtifact(
  services: Needed,
  given: ArtifactPlace & { readonly digest: string },
): Promise<{ readonly digest: string; readonly index: number | null }> {
  const digest = digestIn(given.digest)
  return withArtifacts(services, given, async (opened) => {
    const isThere = await hasRecord(opened.store, digest)
    const last = await lastStated(opened, digest)
    if (!isThere && last === null)
      throw new OperatingError('artifact-missing', `there is no artifact \`${digest}\``)
    await opened.store.remove(digest)
    if (!isThere && last === 'removed') return { digest, index: null }
    const said = { event: 'removed', sizeBytes: null, name: digest } as const
    return { digest, index: await state(services, opened, { digest, ...said }) }
  })
}

async function withArtifacts<Result>(
  services: Needed,
  { folder, store: given }: ArtifactPlace,
  use: (opened: Opened) => Promise<Result>,
): Promise<Result> {
  return withKeyring(services, folder, async ({ keyring, workspace, settings }) => {
    const name =
      given === null ? ownArtifacts(folder) : given.startsWith('s3://') ? given : resolve(given)
    // Of a store that the settings do not name, `keys rewrap` would not know, and destroy what its keys are under.
    if (given !== null && !settings.artifactStores.includes(name))
      throw new OperatingError(
        'config-invalid',
        `\`artifact_stores\` in \`${folder}/keys/provider.yaml\` does not name \`${name}\`; add it, so that its keys are wrapped anew with the others`,
      )
    const blobs = await services.openArtifactBlobs(name)
    const nowMs = () => services.now().getTime()
    const store = new ArtifactStore({ tenant, blobs, keys: tenantKeyWrapper(keyring), nowMs })
    return use({ store, workspace })
  })
}

function digestIn(given: string): string {
  if (digestForm.test(given)) return given
  throw new OperatingError('usage-invalid', `\`${given}\` is no SHA-256 in lower-case hex`)
}

async function hasRecord(store: ArtifactStore, digest: string): Promise<boolean> {
  for await (const one of store.list()) if (one === digest) return true
  return false
}

async function* piecesOf(
  { readableFiles }: Pick<Services, 'readableFiles'>,
  path: string,
): AsyncIterable<Uint8Array> {
  const file = await readableFiles.open(path)
  try {
    for (let at = 0; at < file.sizeBytes; at += readSizeBytes)
      yield await file.read(at, Math.min(readSizeBytes, file.sizeBytes - at))
  } finally {
    await file.close()
  }
}

/** States what was done to an artifact; tells the entry. */
async function state(
  { now }: Pick<Services, 'now'>,
  { workspace }: Opened,
  {
    digest,
    event,
    sizeBytes,
    name,
  }: {
    readonly digest: string
    readonly event: 'put' | 'removed'
    readonly sizeBytes: number | null
    readonly name: string
  },
): Promise<number> {
  const subject = [{ name, digest: { sha256: digest } }]
  const predicate = { event, tenant, sizeBytes, at: now().toISOString() }
  return (await workspace.recorder.record(makeStatement(storedArtifact, subject, predicate))).index
}

/** What the evidence log said last about an artifact; null for nothing. */
async function lastStated(
  { workspace }: Opened,
  digest: string,
): Promise<'put' | 'removed' | null> {
  let last: 'put' | 'removed' | null = null
  for await (const { entry } of workspace.entries()) {
    const envelope = await statementEnvelope(workspace, entry, storedArtifact.uri)
    if (envelope === null || !(await isVouched(envelope, workspace.verifiers))) continue
    const { subject, predicate } = readStatement(fromBase64(envelope.payload), storedArtifact)
    if (subject.some((one) => one.digest?.['sha256'] === digest)) last = predicate.event
  }
  return last
}
