// The hashing of a check, in this thread or in others: `LeafHasher` is the port, `inlineHasher` this thread.

import { type Bytes, emptyRoot } from '@proofhouse/evidence'
import { type BundleHashes, hashBundle, rootOver } from '../../bundle-hash.ts'

/** A bundle and its tile, both whole. */
export interface HashedFiles {
  readonly hashes: BundleHashes
  /** The hashes that the tile stores: as many as the bundle has entries. */
  readonly stored: Bytes
}

/** Hashes bundles, perhaps several at a time and in other threads. */
export interface LeafHasher {
  /**
   * The hashes of a bundle; null when it does not hold exactly `count` entries. Takes the bytes
   * over: the caller must not use them again.
   */
  hash(bundle: Bytes, count: number): Promise<BundleHashes | null>
  /**
   * The same for a bundle and its tile by their paths, where it reads files itself; null when anything about either
   * is not as it should be, which whoever asks then finds out.
   */
  hashFiles?(paths: BundlePaths, count: number): Promise<HashedFiles | null>
  /** Ends its threads. Safe to repeat. */
  close(): Promise<void>
}

/** Where a bundle and its tile lie in a log. */
export interface BundlePaths {
  readonly bundle: string
  readonly tile: string
}

/** Hashes in this thread. */
export const inlineHasher: LeafHasher = {
  hash: (bundle, count) => Promise.resolve(hashBundle(bundle, count)),
  close: () => Promise.resolve(),
}

/**
 * Root of a tree from the hashes right of its full tiles, level by level; of nothing, SHA-256 of
 * nothing.
 */
export function rootOfEdges(edges: readonly Uint8Array[]): Bytes {
  let rest: Uint8Array = new Uint8Array()
  for (const hashes of edges) {
    const level = new Uint8Array(hashes.length + rest.length)
    level.set(hashes)
    level.set(rest, hashes.length)
    if (level.length > 0) rest = rootOver(level)
  }
  return rest.length === 0 ? emptyRoot() : new Uint8Array(rest)
}
