// The Merkle tree of a transparency log: hashes, compact ranges, inclusion and consistency proofs (RFC 6962 §2.1, RFC 9162 §2.1).
// A tree is addressed by complete subtrees: node (level, index) covers the leaves [index·2^level, (index+1)·2^level).
// Proofs are computed from node addresses alone, so they can come from memory, tiles or a network.
// Sizes and indexes are integers up to 2^53 − 1; arithmetic is by division, never by 32-bit shifts.

import { type Sha256, digestSizeBytes, sha256 } from './digest.ts'
import { type Bytes, concatBytes, equalBytes } from './encoding.ts'
import { assert, OperatingError } from './errors.ts'

/** The root of a log without entries: SHA-256 of nothing. */
export function emptyRoot(): Bytes {
  return sha256(new Uint8Array())
}

const leafPrefix = Uint8Array.of(0)
const nodePrefix = Uint8Array.of(1)

/** `SHA256(0x00 ‖ entry)`. */
export function leafHash(entry: Uint8Array, hash: Sha256 = sha256): Uint8Array {
  return hash(concatBytes(leafPrefix, entry))
}

/** `SHA256(0x01 ‖ left ‖ right)`. */
export function nodeHash(left: Uint8Array, right: Uint8Array, hash: Sha256 = sha256): Uint8Array {
  return hash(concatBytes(nodePrefix, left, right))
}

/** The roots of the complete subtrees that make up a tree, largest first: all that is needed to extend it. */
export interface Frontier {
  readonly size: number
  readonly peaks: readonly Uint8Array[]
}

/** The frontier of a log without entries. */
export const emptyFrontier: Frontier = { size: 0, peaks: [] }

/** The frontier with one more leaf. */
export function appendLeaf(frontier: Frontier, leaf: Uint8Array, hash: Sha256 = sha256): Frontier {
  const peaks = [...frontier.peaks]
  let node = leaf
  // As many complete subtrees merge as the old size has trailing one bits.
  for (let size = frontier.size; size % 2 === 1; size = (size - 1) / 2) {
    const left = peaks.pop()
    assert(left !== undefined, 'a frontier has one peak per one bit of its size')
    node = nodeHash(left, node, hash)
  }
  peaks.push(node)
  return { size: frontier.size + 1, peaks }
}

/** The root of the tree behind a frontier. */
export function frontierRoot(frontier: Frontier, hash: Sha256 = sha256): Uint8Array {
  const [last, ...rest] = frontier.peaks.toReversed()
  return last === undefined
    ? emptyRoot()
    : rest.reduce((right, left) => nodeHash(left, right, hash), last)
}

/** A complete subtree by its place. */
export interface NodeId {
  readonly level: number
  readonly index: number
}

/** The complete subtrees that make up the leaves [from, to), left to right. `from` must begin a subtree as large as the rest allows. */
function rangeNodes(from: number, to: number): NodeId[] {
  const nodes: NodeId[] = []
  for (let start = from; start < to; ) {
    let level = 0
    let width = 1
    while (start % (width * 2) === 0 && start + width * 2 <= to) {
      level++
      width *= 2
    }
    nodes.push({ level, index: start / width })
    start += width
  }
  return nodes
}

/** The complete subtrees of a tree of this size, largest first: the addresses of its frontier's peaks. */
export function peakNodes(size: number): NodeId[] {
  return rangeNodes(0, size)
}

/** Where one hash of a proof comes from: the root over these complete subtrees. */
type ProofStep = readonly NodeId[]

function splitPoint(size: number): number {
  let k = 1
  while (k * 2 < size) k *= 2
  return k
}

/** The steps of the inclusion proof of leaf `index` in a tree of `size`, from leaf sibling to root child. */
function inclusionSteps(index: number, size: number): ProofStep[] {
  const steps: ProofStep[] = []
  let [from, to] = [0, size]
  while (to - from > 1) {
    const middle = from + splitPoint(to - from)
    if (index < middle) {
      steps.push(rangeNodes(middle, to))
      to = middle
    } else {
      steps.push(rangeNodes(from, middle))
      from = middle
    }
  }
  return steps.toReversed()
}

/** The steps of the proof that the tree of `oldSize` is a prefix of the tree of `newSize`. */
function consistencySteps(oldSize: number, newSize: number): ProofStep[] {
  const steps: ProofStep[] = []
  let [from, to] = [0, newSize]
  // Whether the subtree looked at is a whole of the old tree, so that its hash is the old root itself.
  let whole = true
  while (oldSize !== to) {
    const middle = from + splitPoint(to - from)
    if (oldSize <= middle) {
      steps.push(rangeNodes(middle, to))
      to = middle
    } else {
      steps.push(rangeNodes(from, middle))
      from = middle
      whole = false
    }
  }
  if (!whole) steps.push(rangeNodes(from, to))
  return steps.toReversed()
}

/** Fetches the hash of a complete subtree. */
export type GetNode = (node: NodeId) => Promise<Uint8Array> | Uint8Array

async function resolve(
  steps: readonly ProofStep[],
  getNode: GetNode,
  hash: Sha256,
): Promise<Uint8Array[]> {
  const proof: Uint8Array[] = []
  for (const step of steps) {
    const peaks: Uint8Array[] = []
    for (const node of step) peaks.push(await getNode(node))
    proof.push(frontierRoot({ size: 0, peaks }, hash))
  }
  return proof
}

/** The inclusion proof of a leaf; `0 <= index < size`. */
export function proveInclusion(
  index: number,
  size: number,
  getNode: GetNode,
  hash: Sha256 = sha256,
): Promise<Uint8Array[]> {
  assert(index >= 0 && index < size, 'a proof is about a leaf of the tree')
  return resolve(inclusionSteps(index, size), getNode, hash)
}

/** The consistency proof between two sizes; `0 < oldSize <= newSize`. Empty when they are equal. */
export function proveConsistency(
  oldSize: number,
  newSize: number,
  getNode: GetNode,
  hash: Sha256 = sha256,
): Promise<Uint8Array[]> {
  assert(oldSize > 0 && oldSize <= newSize, 'a proof leads from a smaller tree to a larger one')
  return resolve(consistencySteps(oldSize, newSize), getNode, hash)
}

const invalid = (message: string) => new OperatingError('proof-invalid', message)

function checkSizes(...values: readonly number[]): void {
  if (!values.every((value) => Number.isSafeInteger(value) && value >= 0))
    throw invalid('sizes and indexes are whole numbers')
}

function checkHashes(hashes: readonly Uint8Array[]): void {
  if (!hashes.every((hash) => hash.length === digestSizeBytes))
    throw invalid('every hash of a proof has 32 bytes')
}

/** A claim that an entry's hash is a leaf of the tree with this root. */
export interface InclusionClaim {
  readonly leafHash: Uint8Array
  readonly index: number
  readonly size: number
  readonly proof: readonly Uint8Array[]
  readonly root: Uint8Array
}

/**
 * The root that an inclusion proof leads to (RFC 9162 §2.1.3.2).
 * @throws proof-invalid when no tree of that size has such a proof
 */
export function rootFromInclusion(
  claim: Omit<InclusionClaim, 'root'>,
  hash: Sha256 = sha256,
): Uint8Array {
  const { index, size, proof } = claim
  checkSizes(index, size)
  checkHashes([claim.leafHash, ...proof])
  if (index >= size) throw invalid(`entry ${index} is beyond the ${size} entries of the checkpoint`)
  let node = index
  let last = size - 1
  let computed = claim.leafHash
  for (const sibling of proof) {
    if (last === 0) throw invalid('the proof is longer than the tree is high')
    if (node % 2 === 1 || node === last) {
      computed = nodeHash(sibling, computed, hash)
      while (node % 2 === 0 && node !== 0) {
        node /= 2
        last = Math.floor(last / 2)
      }
    } else computed = nodeHash(computed, sibling, hash)
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  if (last !== 0) throw invalid('the proof is shorter than the tree is high')
  return computed
}

/**
 * Checks an inclusion proof.
 * @throws proof-invalid
 */
export function verifyInclusion(claim: InclusionClaim, hash: Sha256 = sha256): void {
  const { index, size, root } = claim
  checkHashes([root])
  if (!equalBytes(rootFromInclusion(claim, hash), root))
    throw invalid(`entry ${index} does not lead to the root of the checkpoint of size ${size}`)
}

/** A claim that one tree is a prefix of another. */
export interface ConsistencyClaim {
  readonly oldSize: number
  readonly oldRoot: Uint8Array
  readonly newSize: number
  readonly newRoot: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/**
 * Checks a consistency proof (RFC 9162 §2.1.4.2). A proof from size 0 is refused: it would say nothing.
 * @throws proof-invalid
 */
export function verifyConsistency(claim: ConsistencyClaim, hash: Sha256 = sha256): void {
  const { oldSize, newSize, oldRoot, newRoot, proof } = claim
  checkSizes(oldSize, newSize)
  checkHashes([oldRoot, newRoot, ...proof])
  if (oldSize === 0 || oldSize > newSize)
    throw invalid(`no consistency proof leads from size ${oldSize} to size ${newSize}`)
  if (oldSize === newSize) {
    if (proof.length > 0) throw invalid('between equal sizes the proof is empty')
    if (!equalBytes(oldRoot, newRoot)) throw invalid(`two different roots for size ${oldSize}`)
    return
  }
  const { oldComputed, newComputed } = replay(claim, hash)
  if (!equalBytes(oldComputed, oldRoot))
    throw invalid(`the proof does not lead to the older root, of size ${oldSize}`)
  if (!equalBytes(newComputed, newRoot))
    throw invalid(`the proof does not lead to the newer root, of size ${newSize}`)
}

function replay({ oldSize, newSize, oldRoot, proof }: ConsistencyClaim, hash: Sha256) {
  let node = oldSize - 1
  let last = newSize - 1
  while (node % 2 === 1) {
    node = (node - 1) / 2
    last = Math.floor(last / 2)
  }
  // When the old tree is one complete subtree, its root is where the proof starts and is not repeated in it.
  const [first, ...rest] = node === 0 ? [oldRoot, ...proof] : proof
  if (first === undefined) throw invalid('the proof is empty')
  let oldComputed = first
  let newComputed = first
  for (const sibling of rest) {
    if (last === 0) throw invalid('the proof is longer than the tree is high')
    if (node % 2 === 1 || node === last) {
      oldComputed = nodeHash(sibling, oldComputed, hash)
      newComputed = nodeHash(sibling, newComputed, hash)
      while (node % 2 === 0 && node !== 0) {
        node /= 2
        last = Math.floor(last / 2)
      }
    } else newComputed = nodeHash(newComputed, sibling, hash)
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  if (last !== 0) throw invalid('the proof is shorter than the tree is high')
  return { oldComputed, newComputed }
}
