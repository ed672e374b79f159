// The staging log as a check sees it: records that are whole, follow one another without a gap, and
// hash to leaves that the tree must have. An interrupted write at the end is a finding too: opening
// the ledger once clears it away.

import { type Bytes, digestSizeBytes, OperatingError } from '@proofhouse/evidence'
import type { Findings } from './findings.ts'
import type { LeafHasher } from './hash.ts'
import { stagingIndex } from './inventory.ts'
import type { TileStore } from '../ports.ts'
import { decodeStaging, type StagingContent } from '../staged-batch.ts'

/** Leaves of consecutive staged entries. */
interface Segment {
  readonly file: string
  readonly first: number
  readonly end: number
  readonly leaves: Bytes
}

/** The leaf hashes of staged entries, by index. */
export class StagedLeaves {
  readonly #segments: Segment[] = []

  /** Adds what follows the last segment. */
  add(segment: Segment): void {
    this.#segments.push(segment)
  }

  /** Index of the first staged entry; infinite when there is none. */
  get first(): number {
    return this.#segments[0]?.first ?? Number.POSITIVE_INFINITY
  }

  /** Index after the last staged entry; 0 when there is none. */
  get end(): number {
    return this.#segments.at(-1)?.end ?? 0
  }

  /** The leaves [from, to), when all of them are staged. */
  slice(from: number, to: number): Bytes | null {
    if (from < this.first || to > this.end) return null
    const leaves = new Uint8Array((to - from) * digestSizeBytes)
    for (const { part, at } of this.#within(from, to)) leaves.set(part, at * digestSizeBytes)
    return leaves
  }

  /** The files whose entries within [from, from + leaves) are not these. */
  differing(from: number, leaves: Uint8Array): string[] {
    const files: string[] = []
    for (const { file, part, at } of this.#within(from, from + leaves.length / digestSizeBytes)) {
      const other = leaves.subarray(at * digestSizeBytes, at * digestSizeBytes + part.length)
      if (Buffer.compare(part, other) !== 0) files.push(file)
    }
    return files
  }

  /** The files that hold entries at or after an index. */
  filesAfter(index: number): string[] {
    return this.#segments.filter(({ end }) => end > index).map(({ file }) => file)
  }

  *#within(from: number, to: number): Generator<{ file: string; part: Bytes; at: number }> {
    for (const { file, first, end, leaves } of this.#segments) {
      const [low, high] = [Math.max(from, first), Math.min(to, end)]
      if (low >= high) continue
      const part = leaves.subarray(
        (low - first) * digestSizeBytes,
        (high - first) * digestSizeBytes,
      )
      yield { file, part, at: low - from }
    }
  }
}

/** Reads the staging files, in order. @throws what the store throws */
export async function readStaging(given: {
  readonly tiles: TileStore
  readonly paths: readonly string[]
  readonly hasher: LeafHasher
  readonly findings: Findings
}): Promise<StagedLeaves> {
  const { tiles, paths, hasher, findings } = given
  const staged = new StagedLeaves()
  for (const file of paths) {
    const bytes = await tiles.read(file)
    if (bytes === null) continue
    const content = decode(bytes, file, findings)
    if (content === null) return staged
    if (content.soundSizeBytes < bytes.length)
      findings.add(
        file,
        `ends with a torn record at byte ${content.soundSizeBytes}; opening the ledger clears it`,
      )
    if (content.batches.length > 0 && content.batches[0]?.firstIndex !== stagingIndex(file))
      findings.add(file, 'is not named for the index of its first entry')
    for (const { firstIndex, count, bundle } of content.batches) {
      if (staged.end > 0 && firstIndex !== staged.end) {
        findings.add(file, `has entry ${firstIndex} where entry ${staged.end} must follow`)
        return staged
      }
      const hashes = await hasher.hash(bundle.slice(), count)
      if (hashes === null) {
        findings.add(file, `the batch from entry ${firstIndex} does not hold ${count} entries`)
        return staged
      }
      staged.add({ file, first: firstIndex, end: firstIndex + count, leaves: hashes.leaves })
    }
  }
  return staged
}

function decode(bytes: Bytes, file: string, findings: Findings): StagingContent | null {
  try {
    return decodeStaging(bytes)
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    findings.add(file, error.message)
    return null
  }
}
