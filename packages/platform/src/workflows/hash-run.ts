// Digests of what a run names: files and folders as they lie on this disk, or as a server holds them.

import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { type OmsResource, OperatingError } from '@proofhouse/evidence'
import { hashModel } from '../artifacts/index.ts'
import {
  artifact,
  type RunArtifact,
  rootOfFile,
  type TrainingRun,
} from '../artifacts/provenance/index.ts'
import type { Services } from './services.ts'

const chunkBytes = 1_048_576
/** Files of a folder that are named one by one besides the folder. */
const folderFilesMax = 200

/** What stands at a path of a run, by digest. */
type RunContent =
  | { readonly kind: 'file'; readonly sha256: string; isNamedBy(md5: string): Promise<boolean> }
  | {
      readonly kind: 'folder'
      readonly rootDigest: string
      readonly resources: readonly Pick<OmsResource, 'name' | 'digest'>[]
    }

/** Where the paths of a run lead; null where nothing stands there. */
export type RunContents = (path: string) => Promise<RunContent | null>

/** A run with the digests of what it names. */
export async function withDigests(run: TrainingRun, contents: RunContents): Promise<TrainingRun> {
  const notes: string[] = []
  const outputs: RunArtifact[] = []
  for (const output of run.outputs) outputs.push(...(await hashed(output, { contents, notes })))
  const inputs: TrainingRun['inputs'][number][] = []
  for (const input of run.inputs) {
    const [first = input] = await hashed(input, { contents, notes })
    inputs.push({ ...first, role: input.role })
  }
  return { ...run, outputs, inputs, leftOut: [...run.leftOut, ...notes] }
}

/**
 * An artifact with its digest; a model besides under the root digest by which it is signed and assessed, so that both
 * names lead to it.
 */
async function hashed(
  each: RunArtifact,
  { contents, notes }: { readonly contents: RunContents; readonly notes: string[] },
): Promise<RunArtifact[]> {
  if (each.path === null) return [each]
  const found = await contents(each.path)
  if (found === null) {
    if (Object.keys(each.digest).length === 0)
      notes.push(`\`${each.name}\` is not at \`${each.path}\`: it was not hashed`)
    return [each]
  }
  if (found.kind === 'folder') {
    const told = { ...each.notes, digestOf: 'files of the folder' }
    return [
      { ...each, digest: { ...each.digest, sha256: found.rootDigest }, notes: told },
      ...found.resources
        .slice(0, folderFilesMax)
        .map(({ name, digest }) =>
          artifact(`${each.name}/${name}`, { digest: { sha256: digest } }),
        ),
    ]
  }
  const { sha256 } = found
  const { sha256: told, md5 } = each.digest
  const isOther =
    told === undefined ? md5 !== undefined && !(await found.isNamedBy(md5)) : told !== sha256
  if (isOther) {
    notes.push(
      `\`${each.path}\` on this disk is not the one that is named: only the digest that was named is recorded`,
    )
    return [each]
  }
  const notesOfRoot = { ...each.notes, digestOf: 'model signature' }
  return [
    { ...each, digest: { ...each.digest, sha256 } },
    { ...each, digest: { sha256: rootOfFile(sha256) }, notes: notesOfRoot },
  ]
}

/** What lies on this disk. @param base the folder that paths start from */
export function contentsOnDisk(
  { files, modelFiles, searchedFiles }: Pick<Services, 'files' | 'modelFiles' | 'searchedFiles'>,
  base: string,
): RunContents {
  return async (relative) => {
    const path = resolve(base, relative)
    const kind = await files.kind(path)
    if (kind === null) return null
    if (kind === 'folder') return { kind, ...(await hashModel(modelFiles, path)) }
    const [md5, sha256] = [createHash('md5'), createHash('sha256')]
    await readThrough(searchedFiles, path, (bytes) => {
      md5.update(bytes)
      sha256.update(bytes)
    })
    const own = md5.digest('hex')
    const isNamedBy = async (told: string) =>
      told === own || told === (await md5OfLines(searchedFiles, path))
    return { kind, sha256: sha256.digest('hex'), isNamedBy }
  }
}

/** MD5 of a text with its line ends as Unix has them, which is what DVC took before version 3. */
async function md5OfLines(searchedFiles: Services['searchedFiles'], path: string): Promise<string> {
  const md5 = createHash('md5')
  let held = ''
  await readThrough(searchedFiles, path, (bytes) => {
    const text = `${held}${Buffer.from(bytes).toString('latin1')}`
    // A line end may lie across two parts.
    held = text.endsWith('\r') ? '\r' : ''
    const whole = held === '' ? text : text.slice(0, -1)
    md5.update(whole.replaceAll('\r\n', '\n'), 'latin1')
  })
  return md5.update(held, 'latin1').digest('hex')
}

async function readThrough(
  searchedFiles: Services['searchedFiles'],
  path: string,
  take: (bytes: Uint8Array) => void,
): Promise<void> {
  try {
    await searchedFiles.open(path, async (content) => {
      const { sizeBytes } = content
      for (let at = 0; at < sizeBytes; at += chunkBytes)
        take(await content.read(at, Math.min(chunkBytes, sizeBytes - at)))
    })
  } catch (cause) {
    if (!(cause instanceof OperatingError)) throw cause
    throw new OperatingError(cause.code, `cannot hash \`${path}\`: ${cause.message}`, { cause })
  }
}
