import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBase64, fromHex, toBase64, toHex, utf8 } from './encoding.ts'
import {
  appendLeaf,
  emptyFrontier,
  emptyRoot,
  frontierRoot,
  leafHash,
  type NodeId,
  nodeHash,
  peakNodes,
  proveConsistency,
  proveInclusion,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts'
import {
  consistencyFrom1Base64,
  entries,
  leafOfAlphaHex,
  rootOf3Base64,
} from './tlog-vectors.fixture.ts'

const leavesOf = (size: number) =>
  Array.from({ length: size }, (_, n) => leafHash(utf8(`leaf-${n}`)))

/** The definition of RFC 6962 §2.1, word for word: an oracle independent of frontiers and proofs. */
function definedRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves
  if (only === undefined) return emptyRoot()
  if (leaves.length === 1) return only
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return nodeHash(definedRoot(leaves.slice(0, k)), definedRoot(leaves.slice(k)))
}

const nodeOf = (leaves: readonly Uint8Array[]) => (node: NodeId) =>
  definedRoot(leaves.slice(node.index * 2 ** node.level, (node.index + 1) * 2 ** node.level))

test('the worked example', async () => {
  const leaves = entries.map((entry) => leafHash(utf8(entry)))
  expect(toHex(leaves[0] ?? new Uint8Array())).toBe(leafOfAlphaHex)
  const frontier = leaves.reduce((f, leaf) => appendLeaf(f, leaf), emptyFrontier)
  expect(toBase64(frontierRoot(frontier))).toBe(rootOf3Base64)
  const proof = await proveConsistency(1, 3, nodeOf(leaves))
  expect(proof.map(toBase64)).toEqual(consistencyFrom1Base64)
})

test('the empty tree', () => {
  expect(toHex(emptyRoot())).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  )
  expect(frontierRoot(emptyFrontier)).toEqual(emptyRoot())
})

test('RFC 6962 reference leaves and roots (Certificate Transparency test data)', () => {
  const inputs = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ]
  const roots = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ]
  let frontier = emptyFrontier
  inputs.forEach((input, n) => {
    frontier = appendLeaf(frontier, leafHash(fromHex(input)))
    expect(toHex(frontierRoot(frontier))).toBe(roots[n])
  })
})

test('frontiers agree with the definition at every size', () => {
  const leaves = leavesOf(130)
  let frontier = emptyFrontier
  leaves.forEach((leaf, n) => {
    frontier = appendLeaf(frontier, leaf)
    expect(frontierRoot(frontier)).toEqual(definedRoot(leaves.slice(0, n + 1)))
    expect(frontier.peaks).toEqual(peakNodes(n + 1).map(nodeOf(leaves)))
  })
})

test('every leaf of every tree up to 65 has a proof that verifies', async () => {
  const leaves = leavesOf(65)
  for (let size = 1; size <= leaves.length; size++) {
    const root = definedRoot(leaves.slice(0, size))
    for (let index = 0; index < size; index++) {
      const proof = await proveInclusion(index, size, nodeOf(leaves))
      const leaf = leaves[index] ?? new Uint8Array()
      expect(() => verifyInclusion({ leafHash: leaf, index, size, proof, root })).not.toThrow()
    }
  }
})

test('every pair of sizes up to 40 has a consistency proof that verifies', async () => {
  const leaves = leavesOf(40)
  const rootOf = (size: number) => definedRoot(leaves.slice(0, size))
  for (let newSize = 1; newSize <= leaves.length; newSize++)
    for (let oldSize = 1; oldSize <= newSize; oldSize++) {
      const proof = await proveConsistency(oldSize, newSize, nodeOf(leaves))
      const claim = { oldSize, newSize, proof, oldRoot: rootOf(oldSize), newRoot: rootOf(newSize) }
      expect(() => verifyConsistency(claim)).not.toThrow()
    }
})

const flipped = (hash: Uint8Array, bit: number) => {
  const copy = new Uint8Array(hash)
  copy[Math.floor(bit / 8) % 32] = (copy[Math.floor(bit / 8) % 32] ?? 0) ^ (1 << (bit % 8))
  return copy
}

const without = (proof: readonly Uint8Array[], at: number) => proof.filter((_, n) => n !== at)

test('an inclusion proof that was changed anywhere is refused', async () => {
  const leaves = leavesOf(70)
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 70 }),
      fc.nat(),
      fc.nat(255),
      async (size, seed, bit) => {
        const index = seed % size
        const leaf = leaves[index] ?? new Uint8Array()
        const root = definedRoot(leaves.slice(0, size))
        const proof = await proveInclusion(index, size, nodeOf(leaves))
        const at = seed % proof.length
        const claim = { leafHash: leaf, index, size, proof, root }
        const bad = [
          { ...claim, leafHash: flipped(leaf, bit) },
          { ...claim, root: flipped(root, bit) },
          { ...claim, proof: proof.map((hash, n) => (n === at ? flipped(hash, bit) : hash)) },
          { ...claim, proof: without(proof, at) },
          { ...claim, proof: [...proof, leaf] },
          { ...claim, index: (index + 1) % size },
          { ...claim, index: index + size },
          { ...claim, index: -1 },
          { ...claim, index: 0.5 },
          { ...claim, leafHash: leaf.subarray(1) },
        ]
        for (const one of bad)
          expect(() => verifyInclusion(one)).toThrow(
            expect.objectContaining({ code: 'proof-invalid' }),
          )
      },
    ),
  )
})

test('a consistency proof that was changed anywhere is refused', async () => {
  const leaves = leavesOf(70)
  const rootOf = (size: number) => definedRoot(leaves.slice(0, size))
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 70 }),
      fc.nat(),
      fc.nat(255),
      async (newSize, seed, bit) => {
        const oldSize = 1 + (seed % (newSize - 1))
        const proof = await proveConsistency(oldSize, newSize, nodeOf(leaves))
        const claim = {
          oldSize,
          newSize,
          proof,
          oldRoot: rootOf(oldSize),
          newRoot: rootOf(newSize),
        }
        const at = seed % proof.length
        const bad = [
          { ...claim, oldRoot: flipped(claim.oldRoot, bit) },
          { ...claim, newRoot: flipped(claim.newRoot, bit) },
          { ...claim, proof: proof.map((hash, n) => (n === at ? flipped(hash, bit) : hash)) },
          { ...claim, proof: without(proof, at) },
          { ...claim, proof: [...proof, claim.oldRoot] },
          { ...claim, oldSize: 0 },
          { ...claim, oldSize: newSize },
          { ...claim, oldSize: newSize + 1 },
          { ...claim, proof: [] },
        ]
        for (const one of bad)
          expect(() => verifyConsistency(one)).toThrow(
            expect.objectContaining({ code: 'proof-invalid' }),
          )
      },
    ),
  )
})

test('equal sizes need equal roots and no proof', () => {
  const root = fromBase64(rootOf3Base64)
  verifyConsistency({ oldSize: 3, newSize: 3, oldRoot: root, newRoot: root, proof: [] })
  expect(() =>
    verifyConsistency({
      oldSize: 3,
      newSize: 3,
      oldRoot: root,
      newRoot: flipped(root, 0),
      proof: [],
    }),
  ).toThrow(/two different roots/)
})
