// What came from what, over the statements that a ledger holds: artifacts are what shares a digest, and each statement of
// provenance leads from what went in to what came out. Walked both ways from any artifact, within a limit.

import type { ResourceDescriptor } from '@proofhouse/evidence'
import { rootOfFile } from './training-run.ts'

/** A statement with its place in the ledger. */
export interface GraphStatement {
  readonly index: number
  readonly predicateType: string
  readonly subject: readonly ResourceDescriptor[]
  /** What went in; null for a statement that is not about how its subjects were made. */
  readonly dependencies: readonly ResourceDescriptor[] | null
}

/** An artifact that statements name. */
export interface GraphNode {
  readonly id: number
  readonly names: readonly string[]
  /** As `sha256:…`. */
  readonly digests: readonly string[]
  readonly uris: readonly string[]
  /** What it was to the runs that took it in. */
  readonly roles: readonly string[]
  /** Statements whose subject it is. */
  readonly statements: readonly { readonly index: number; readonly predicateType: string }[]
}

/** One artifact went into a run that another came out of. */
export interface GraphEdge {
  readonly from: number
  readonly to: number
  /** Entry of the statement that says so. */
  readonly index: number
}

/** What an artifact came from and went into. */
export interface ProvenanceGraph {
  readonly start: number
  readonly nodes: readonly GraphNode[]
  /** Edges that lead to the start, backwards, and from it, forwards. */
  readonly backward: readonly GraphEdge[]
  readonly forward: readonly GraphEdge[]
}

interface GrowingNode {
  id: number
  names: Set<string>
  digests: Set<string>
  uris: Set<string>
  roles: Set<string>
  statements: Map<number, string>
}

/** Collects statements, and tells what an artifact has to do with others. */
export class ProvenanceIndex {
  readonly #nodes: GrowingNode[] = []
  /** Digest or, for what has none, URI → node; nodes that turn out to be one are joined. */
  readonly #byKey = new Map<string, number>()
  readonly #edges: GraphEdge[] = []
  /** Node → the one that it was joined to. */
  readonly #joined = new Map<number, number>()

  add({ index, predicateType, subject, dependencies }: GraphStatement): void {
    // Named one after the other: what a later name joins is one artifact with what an earlier one made.
    const named = subject.map((each) => this.#nodeOf(each))
    const made = new Set(named.map((id) => this.#current(id)))
    for (const id of made) this.#nodes[id]?.statements.set(index, predicateType)
    for (const dependency of dependencies ?? []) {
      const from = this.#nodeOf(dependency)
      const role = dependency.annotations?.['role']
      if (typeof role === 'string') this.#nodes[from]?.roles.add(role)
      for (const to of made) this.#edges.push({ from, to, index })
    }
  }

  /** The digests that begin so: `sha256:ab12…`, or bare hexadecimal. */
  digestsLike(text: string): string[] {
    const wanted = text.toLowerCase()
    const found = new Map<number, string>()
    for (const [key, id] of this.#byKey) {
      const lower = key.toLowerCase()
      if (lower.startsWith(wanted) || lower.slice(lower.indexOf(':') + 1).startsWith(wanted)) {
        // Several digests of one artifact are no doubt.
        const node = this.#current(id)
        if (!found.has(node)) found.set(node, key)
      }
    }
    return [...found.values()]
  }

  /** What is connected with the artifact of a digest, both ways; null where no statement names it. */
  around(digest: string): ProvenanceGraph | null {
    const found = this.#byKey.get(digest)
    if (found === undefined) return null
    const start = this.#current(found)
    const edges = this.#edges.map(({ from, to, index }) => ({
      from: this.#current(from),
      to: this.#current(to),
      index,
    }))
    const backward = walk(start, edges, { here: 'to', there: 'from' })
    const forward = walk(start, edges, { here: 'from', there: 'to' })
    const ids = new Set([start, ...[...backward, ...forward].flatMap(({ from, to }) => [from, to])])
    return {
      start,
      nodes: [...ids].toSorted((a, b) => a - b).map((id) => this.#told(id)),
      backward,
      forward,
    }
  }

  #told(id: number): GraphNode {
    const node = this.#nodes[id]
    const digests = [...(node?.digests ?? [])]
    const roots = new Set(digests.map(rootOf))
    const rank = (digest: string) =>
      digest.startsWith('sha256:') ? (roots.has(digest) ? 1 : 0) : 2
    return {
      id,
      names: [...(node?.names ?? [])],
      // The digest of content that everything else uses comes first.
      digests: digests.toSorted((a, b) => rank(a) - rank(b)),
      uris: [...(node?.uris ?? [])],
      roles: [...(node?.roles ?? [])],
      statements: [...(node?.statements ?? [])]
        .map(([index, predicateType]) => ({ index, predicateType }))
        .toSorted((a, b) => a.index - b.index),
    }
  }

  #current(id: number): number {
    const passed: number[] = []
    let at = id
    for (let next = this.#joined.get(at); next !== undefined; next = this.#joined.get(at)) {
      passed.push(at)
      at = next
    }
    // So that a long row of joins is walked once.
    for (const each of passed) this.#joined.set(each, at)
    return at
  }

  #nodeOf({ name, digest, uri }: ResourceDescriptor): number {
    const digests = Object.entries(digest ?? {}).map(([algorithm, hex]) => `${algorithm}:${hex}`)
    // A file and the model that is this file alone are one, whichever of the two digests a statement has.
    const roots = digests.flatMap((each) => rootOf(each) ?? [])
    const keys = digests.length > 0 ? [...digests, ...roots] : [uri ?? `name:${name ?? ''}`]
    const known = new Set(
      keys.flatMap((key) => this.#byKey.get(key) ?? []).map((id) => this.#current(id)),
    )
    // The smaller are joined to the largest, so that nothing large is copied again and again.
    const size = (id: number) => this.#nodes[id]?.digests.size ?? 0
    const [first = this.#newNode(), ...others] = [...known].toSorted((a, b) => size(b) - size(a))
    for (const other of others) this.#join(other, first)
    const node = this.#nodes[first]
    for (const key of keys) this.#byKey.set(key, first)
    for (const each of digests) node?.digests.add(each)
    if (name !== undefined && name !== '') node?.names.add(name)
    if (uri !== undefined) node?.uris.add(uri)
    return first
  }

  #newNode(): number {
    const id = this.#nodes.length
    this.#nodes.push({
      id,
      names: new Set(),
      digests: new Set(),
      uris: new Set(),
      roles: new Set(),
      statements: new Map(),
    })
    return id
  }

  #join(gone: number, kept: number): void {
    const [from, to] = [this.#nodes[gone], this.#nodes[kept]]
    if (from === undefined || to === undefined) return
    for (const each of from.names) to.names.add(each)
    for (const each of from.digests) to.digests.add(each)
    for (const each of from.uris) to.uris.add(each)
    for (const each of from.roles) to.roles.add(each)
    for (const [index, type] of from.statements) to.statements.set(index, type)
    this.#joined.set(gone, kept)
  }
}

/** Every edge that is met from a start in one direction, nearest first; circles end where they began. */
function walk(
  start: number,
  edges: readonly GraphEdge[],
  { here, there }: { readonly here: 'from' | 'to'; readonly there: 'from' | 'to' },
): GraphEdge[] {
  const at = new Map<number, GraphEdge[]>()
  for (const edge of edges) {
    const known = at.get(edge[here])
    if (known === undefined) at.set(edge[here], [edge])
    else known.push(edge)
  }
  const met: GraphEdge[] = []
  const seen = new Set([start])
  // Grows while it is walked.
  const queue = [start]
  for (const node of queue)
    for (const edge of at.get(node) ?? []) {
      met.push(edge)
      if (seen.has(edge[there])) continue
      seen.add(edge[there])
      queue.push(edge[there])
    }
  return met
}

/** The other digest of a file; null for what is no SHA-256. */
function rootOf(key: string): string | null {
  const [, digest] = /^sha256:([0-9a-f]{64})$/.exec(key) ?? []
  return digest === undefined ? null : `sha256:${rootOfFile(digest)}`
}
