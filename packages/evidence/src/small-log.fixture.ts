// A small log in memory, signed with a key for tests, and proofs of its entries.

import { formatCheckpoint } from './checkpoint.ts'
import { utf8 } from './encoding.ts'
import {
  appendLeaf,
  emptyFrontier,
  frontierRoot,
  leafHash,
  type NodeId,
  nodeHash,
  proveInclusion,
} from './merkle.ts'
import { signNote } from './note.ts'
import { noteKey, type SeedStart } from './note-keys.fixture.ts'
import { formatTlogProof } from './tlog-proof.ts'

/** A whole subtree's hash from its leaves, by definition. */
const nodeOf =
  (leaves: readonly Uint8Array[]) =>
  ({ level, index }: NodeId): Uint8Array => {
    if (level === 0) return leaves[index] ?? new Uint8Array(32)
    const node = nodeOf(leaves)
    return nodeHash(
      node({ level: level - 1, index: index * 2 }),
      node({ level: level - 1, index: index * 2 + 1 }),
    )
  }

/** The checkpoint of a log of these entries, and proofs of each. */
export async function logOf(
  texts: readonly string[],
  origin = 'ledger.example/eval',
  key: SeedStart = 0,
) {
  const leaves = texts.map((one) => leafHash(utf8(one)))
  const root = new Uint8Array(
    frontierRoot(leaves.reduce((f, leaf) => appendLeaf(f, leaf), emptyFrontier)),
  )
  const checkpoint = await signNote(formatCheckpoint({ origin, size: texts.length, root }), [
    noteKey(origin, key).signer,
  ])
  const proofOf = async (index: number, extra: Uint8Array<ArrayBuffer> | null = null) =>
    formatTlogProof({
      extra,
      index,
      hashes: await proveInclusion(index, texts.length, (node) =>
        Promise.resolve(nodeOf(leaves)(node)),
      ),
      checkpoint,
    })
  return { checkpoint, proofOf }
}
