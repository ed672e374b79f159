// What a file format is to the scanner, and what a scan of one file carries along.

import type { Bytes } from '@proofhouse/evidence'
import type { ZipDirectory } from './archives/zip-directory.ts'
import type { ByteSource } from './byte-source.ts'
import type { Finder } from './scan-findings.ts'

/** Something to scan: a file, or what lies inside of one. */
export interface Member {
  readonly source: ByteSource
  /** Its name, for hints only: content decides. */
  readonly name: string
  readonly finder: Finder
  /** How many containers it lies in. */
  readonly depth: number
  /** Whether it lies in a PyTorch archive, whose pickles ask for storages. */
  readonly torch: 'none' | 'archive' | 'script'
  /** Its directory as a ZIP archive, read when first asked for; null where it has none. */
  readonly zipDirectory: () => ZipDirectory | null
}

/** What the scan of one file offers to its formats. */
export interface ScanWalk {
  /** Scans what lies inside of a member; the name is its path in the container. */
  inside(parent: Member, name: string, source: ByteSource, torch?: Member['torch']): Promise<void>
  /**
   * Takes from the file's allowance of decompressed bytes. Where that is used up, says so as a finding.
   * @returns the bytes that may still be made, at most `wantedBytes`
   */
  allow(member: Member, wantedBytes: number): number
  /** Aborted when the person stops the scan. */
  readonly signal: AbortSignal | null
}

/** A format: how its content is recognised, and how it is scanned. One file each. */
export interface ScanFormat {
  /** As results name it. */
  readonly name: string
  /** Set where files of this format end as a ZIP archive for good reasons, which is then scanned as a part of them. */
  readonly mayEndAsZip?: true
  /** Whether the content is of this format. `head` holds its first 4 KiB. */
  recognises(head: Bytes, member: Member): boolean | Promise<boolean>
  scan(member: Member, walk: ScanWalk): Promise<void> | void
}

/** Bytes that a format is shown to recognise a file. */
export const headSizeBytes = 4096
