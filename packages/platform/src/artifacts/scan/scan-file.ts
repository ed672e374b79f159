// The scan of one file: which format its content is of, and the same again for everything that lies inside.

import type { Bytes } from '@proofhouse/evidence'
import { readZipDirectory } from './archives/zip-directory.ts'
import { zipFormat } from './archives/zip-format.ts'
import type { ByteSource } from './byte-source.ts'
import { pickleFormat, pickleFormats } from './pickle/pickle-format.ts'
import { actsAsPickle } from './pickle/scan-pickle.ts'
import { searchUnread } from './code-words.ts'
import { FileFindings } from './scan-findings.ts'
import { headSizeBytes, type Member, type ScanFormat, type ScanWalk } from './scan-format.ts'
import { scanFormats, zipFormats } from './scan-formats.ts'
import { type ScannedFile, verdictOf } from './scan-report.ts'

/** What content of no format is called. */
const unknownFormat = 'unknown'
/** Containers inside containers that are opened. */
const depthMax = 8
/** Members of one file, in all its containers together. */
const membersMax = 200_000
/** Bytes that all members of one file may decompress to. */
const decompressedMaxBytes = 4 * 1024 * 1_048_576

/** Scans one file. Nothing in its bytes makes this throw. @throws file-unreadable, model-changed, and when aborted */
export async function scanFile(
  path: string,
  source: ByteSource,
  signal: AbortSignal | null,
): Promise<ScannedFile> {
  const gathered = new FileFindings()
  const walk = new FileWalk(signal)
  const format = await walk.scan({
    source,
    name: path,
    finder: gathered.finder,
    depth: 0,
    torch: 'none',
    zipDirectory: zipDirectoryOf(source),
  })
  // What a reader gave up on may still be told by its words.
  if (verdictOf(gathered.findings) === 'incomplete' && format !== unknownFormat)
    searchUnread(source, gathered.finder)
  const { findings } = gathered
  return { path, format, verdict: verdictOf(findings), findings }
}

/** Reads the directory of a source once. It is kept with the member, so that it goes when the member does. */
function zipDirectoryOf(source: ByteSource): Member['zipDirectory'] {
  let directory: ReturnType<typeof readZipDirectory> | undefined
  return () => {
    if (directory === undefined) directory = readZipDirectory(source)
    return directory
  }
}

/** The first format that recognises a member; undefined for none. */
async function formatOf(head: Bytes, member: Member): Promise<ScanFormat | undefined> {
  for (const format of scanFormats) {
    const isIt = format.recognises(head, member)
    // Awaited only where a format must load its parser to know: most members are many and small.
    if (typeof isIt === 'boolean' ? isIt : await isIt) return format
  }
  return undefined
}

class FileWalk implements ScanWalk {
  readonly signal: AbortSignal | null
  #members = 0
  #allowanceBytes = decompressedMaxBytes

  constructor(signal: AbortSignal | null) {
    this.signal = signal
  }

  /** Scans a member by its content. @returns the name of its format */
  async scan(member: Member): Promise<string> {
    this.signal?.throwIfAborted()
    const head = member.source.read(0, headSizeBytes)
    const format = await formatOf(head, member)
    if (format === undefined) {
      member.finder.found('unread-content', 0, 'its content is of no format that is read')
      searchUnread(member.source, member.finder)
    } else await format.scan(member, this)
    await this.#scanAgain(member, format)
    return format?.name ?? unknownFormat
  }

  /**
   * What a file is to readers that do not look for the format that was found: a ZIP archive to all that look at the
   * end, a pickle to all that just load one.
   */
  async #scanAgain(member: Member, format: ScanFormat | undefined): Promise<void> {
    const { source, finder } = member
    const name = format?.name ?? unknownFormat
    const directory =
      format !== undefined && zipFormats.includes(format) ? null : member.zipDirectory()
    if (directory !== null && directory.entries.length > 0) {
      if (format?.mayEndAsZip !== true)
        finder.found('polyglot', directory.start, `it is ${name} and a ZIP archive at once`)
      await zipFormat.scan({ ...member, finder: finder.within('as zip') }, this)
    }
    const isPickle = format !== undefined && pickleFormats.includes(format)
    if (!isPickle && source.sizeBytes > 0 && actsAsPickle(source)) {
      finder.found('polyglot', 0, `it is ${name} and a pickle at once`)
      await pickleFormat.scan({ ...member, finder: finder.within('as pickle') }, this)
    }
  }

  async inside(
    parent: Member,
    name: string,
    source: ByteSource,
    torch: Member['torch'] = 'none',
  ): Promise<void> {
    const finder = parent.finder.within(name)
    if (parent.depth >= depthMax)
      finder.found('archive-limit', null, `it lies in more than ${depthMax} containers`)
    else if (++this.#members > membersMax)
      parent.finder.found('archive-limit', null, `it holds over ${membersMax} members`)
    else {
      const zipDirectory = zipDirectoryOf(source)
      await this.scan({ source, name, finder, depth: parent.depth + 1, torch, zipDirectory })
    }
  }

  allow(member: Member, wantedBytes: number): number {
    const allowed = Math.min(wantedBytes, this.#allowanceBytes)
    this.#allowanceBytes -= allowed
    if (allowed < wantedBytes)
      member.finder.found('archive-bomb', null, 'its members decompress to more than 4 GiB')
    return allowed < wantedBytes ? 0 : allowed
  }
}
