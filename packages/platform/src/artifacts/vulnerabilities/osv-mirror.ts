// An offline mirror of OSV: `<ecosystem>/all.zip` as osv-vulnerabilities.storage.googleapis.com offers it, or records as loose
// JSON files in `<ecosystem>/` or beside each other.

import { join } from 'node:path'
import { OperatingError } from '@proofhouse/evidence'
import type { ReadableFiles } from '../inventory/ports.ts'
import { type OsvRecord, parseOsvRecord, recordMaxBytes } from './osv-record.ts'
import { zipFiles } from './zip-files.ts'

const looseRecordsMax = 500_000

/** Records of one place of the mirror. */
export interface MirrorPart {
  readonly path: string
  /** The ecosystem, without release, that it was filed under; null for one that holds any. */
  readonly ecosystem: string | null
  /** What could not be read is given as its refusal, and the reading goes on. */
  records(): AsyncGenerator<OsvRecord | OperatingError>
}

/** The parts of a mirror that may speak of some ecosystems. @throws file-missing, file-unreadable */
export async function mirrorParts(
  files: ReadableFiles,
  mirror: string,
  ecosystems: readonly string[],
): Promise<MirrorPart[]> {
  if ((await files.kind(mirror)) !== 'folder')
    throw new OperatingError('file-missing', `no folder of OSV records at \`${mirror}\``)
  const parts: MirrorPart[] = []
  const add = async (folder: string, ecosystem: string | null): Promise<boolean> => {
    const path = join(mirror, folder)
    if ((await files.kind(path)) !== 'folder') return false
    const archive = join(path, 'all.zip')
    if ((await files.kind(archive)) === 'file')
      parts.push({ path: archive, ecosystem, records: () => zippedRecords(files, archive) })
    else if (await hasRecords(files, path))
      parts.push({ path, ecosystem, records: () => looseRecords(files, path) })
    else return false
    return true
  }
  const bases = new Set<string>()
  for (const ecosystem of ecosystems) {
    const [base = ''] = ecosystem.split(':')
    // A release has a folder of its own beside the one of all releases; either will do.
    if (ecosystem !== base && !bases.has(base) && (await add(ecosystem, ecosystem))) continue
    if (bases.has(base)) continue
    bases.add(base)
    await add(base, base)
  }
  await add('.', null)
  return parts
}

async function hasRecords(files: ReadableFiles, folder: string): Promise<boolean> {
  return (await files.list(folder)).some(isRecord)
}

const isRecord = ({ name, kind }: { readonly name: string; readonly kind: string }) =>
  kind === 'file' && name.endsWith('.json')

function attempt(read: () => OsvRecord): OsvRecord | OperatingError {
  try {
    return read()
  } catch (error) {
    if (error instanceof OperatingError) return error
    throw error
  }
}

async function* zippedRecords(
  files: ReadableFiles,
  path: string,
): AsyncGenerator<OsvRecord | OperatingError> {
  const opened = await files.open(path)
  try {
    const isWanted = (name: string) => name.endsWith('.json')
    for await (const { bytes } of zipFiles(opened, { fileMaxBytes: recordMaxBytes, isWanted }))
      yield attempt(() => parseOsvRecord(bytes))
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    yield error
  } finally {
    await opened.close()
  }
}

async function* looseRecords(
  files: ReadableFiles,
  folder: string,
): AsyncGenerator<OsvRecord | OperatingError> {
  const names = (await files.list(folder)).filter(isRecord)
  if (names.length > looseRecordsMax) {
    yield new OperatingError(
      'limit-exceeded',
      `\`${folder}\` holds over ${looseRecordsMax} records`,
    )
    return
  }
  for (const { name } of names) {
    let bytes: Uint8Array
    try {
      bytes = await files.read(join(folder, name), recordMaxBytes)
    } catch (error) {
      if (!(error instanceof OperatingError)) throw error
      yield error
      continue
    }
    yield attempt(() => parseOsvRecord(bytes))
  }
}
