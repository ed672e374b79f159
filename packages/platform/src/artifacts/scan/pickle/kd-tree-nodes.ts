// The nodes of SciPy's k-d trees as their states carry them (scipy/spatial/ckdtree/src/ckdtree_decl.h): records with the
// places of their children, which are turned into addresses while the tree is loaded, and written to.

import type { Bytes } from '@proofhouse/evidence'

/** Eight numbers of eight bytes and one more: axis, points, split, first and last point, two addresses, two places. */
const nodeSizeBytes = 72
const place = { axis: 0, first: 24, last: 32, less: 56, greater: 64 } as const
/** Trees are walked by a function that calls itself. */
const depthMax = 10_000

interface Tree {
  readonly nodes: Bytes | null
  readonly indices: Bytes | null
  /** Points, and numbers of each. */
  readonly rows: number
  readonly columns: number
}

/** What is wrong with a tree's nodes; null for nothing. */
export function nodesProblem({ nodes, indices, rows, columns }: Tree): string | null {
  if (nodes === null || indices === null) return 'a tree whose parts are not spelled in the file'
  const count = nodes.length / nodeSizeBytes
  if (count < 1 || !Number.isInteger(count)) return 'a tree that has no nodes'
  const points = new DataView(indices.buffer, indices.byteOffset, indices.length)
  for (let at = 0; at < indices.length; at += 8)
    if (!isBelow(points.getBigInt64(at, true), rows)) return 'a tree of points that are not there'
  const view = new DataView(nodes.buffer, nodes.byteOffset, nodes.length)
  const number = (node: number, field: number) =>
    view.getBigInt64(node * nodeSizeBytes + field, true)
  const depths = new Uint32Array(count)
  depths[0] = 1
  for (let node = 0; node < count; node++) {
    const axis = number(node, place.axis)
    if (
      !isBelow(number(node, place.first), rows + 1) ||
      !isBelow(number(node, place.last), rows + 1)
    )
      return 'a tree of points that are not there'
    if (axis === -1n) continue
    if (!isBelow(axis, columns)) return 'a tree that is split along what is not there'
    const depth = (depths[node] ?? 0) + 1
    for (const child of [number(node, place.less), number(node, place.greater)]) {
      // Children follow their parents, and each has one: the walk ends.
      if (
        !isBelow(child, count) ||
        child <= node ||
        depths[Number(child)] !== 0 ||
        depth > depthMax
      )
        return 'a tree whose nodes point at what is not there'
      depths[Number(child)] = depth
    }
  }
  return null
}

const isBelow = (value: bigint, end: number) => value >= 0n && value < BigInt(end)
