// `proofhouse provenance graph DIGEST`

import { traceProvenance, type TracedProvenance } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'
import { printLines } from './print-lines.ts'

type Graph = NonNullable<TracedProvenance['graph']>

/** Lines that a terminal is shown for each direction; `--json` has all. */
const shownMax = 60

/** Shows what came from what. */
export const provenanceGraph: Command = {
  words: ['provenance', 'graph'],
  summary: 'show what an artifact came from and went into, by the statements of a ledger',
  details: `Artifacts are what shares a digest. Only statements that the workspace's own key has
signed are believed. Exits with 3 when no statement names the artifact.`,
  operands: [
    {
      name: 'DIGEST',
      description: 'a digest, 8 or more of its first characters, or a file',
    },
  ],
  options: workspaceOption,
  examples: [
    'proofhouse provenance graph model.onnx',
    'proofhouse provenance graph 3f9a01c2 --out loans/.proofhouse --json',
  ],
  async run({ operands, options, switches, services, terminal }) {
    const traced = await traceProvenance(services, {
      artifact: operands['DIGEST'] ?? '',
      workspace: workspaceOf(options),
    })
    if (switches.has('json')) terminal.out(`${JSON.stringify(traced)}\n`)
    else printLines(terminal, linesOf(traced))
    return traced.graph === null ? 3 : 0
  },
}

function linesOf({ digest, graph, statements, passedOver }: TracedProvenance): string[] {
  const unsigned =
    passedOver > 0
      ? [`${passedOver} statements were passed over: no believed key has signed them`]
      : []
  if (graph === null) return [`no statement of ${statements} names ${digest}`, ...unsigned]
  const start = graph.nodes.find(({ id }) => id === graph.start)
  return [
    labelOf(start),
    ...(start?.statements ?? []).map(
      ({ index, predicateType }) => `  entry ${index}: ${predicateType}`,
    ),
    'came from',
    ...branches(graph, { edges: graph.backward, here: 'to', there: 'from', arrow: '←' }),
    'went into',
    ...branches(graph, { edges: graph.forward, here: 'from', there: 'to', arrow: '→' }),
    ...unsigned,
  ]
}

interface Direction {
  readonly edges: Graph['forward']
  readonly here: 'from' | 'to'
  readonly there: 'from' | 'to'
  readonly arrow: string
}

/** A tree; what was shown above is named again, and not entered again. */
function branches(graph: Graph, { edges, here, there, arrow }: Direction): string[] {
  const leaving = new Map<number, Graph['forward'][number][]>()
  for (const edge of edges) {
    const known = leaving.get(edge[here])
    if (known === undefined) leaving.set(edge[here], [edge])
    else known.push(edge)
  }
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  const lines: string[] = []
  const entered = new Set([graph.start])
  const waiting = [{ edges: (leaving.get(graph.start) ?? []).values(), depth: 1 }]
  // No recursion: a chain is as long as a ledger.
  for (let last = waiting.at(-1); last !== undefined; last = waiting.at(-1)) {
    const { value: edge } = last.edges.next()
    if (edge === undefined) {
      waiting.pop()
      continue
    }
    const next = edge[there]
    if (lines.length < shownMax)
      lines.push(
        `${'  '.repeat(last.depth)}${arrow} ${labelOf(nodes.get(next))}  (entry ${edge.index})`,
      )
    if (entered.has(next)) continue
    entered.add(next)
    waiting.push({ edges: (leaving.get(next) ?? []).values(), depth: last.depth + 1 })
  }
  if (lines.length === 0) return ['  nothing that is recorded']
  const hidden = edges.length - lines.length
  return hidden > 0 ? [...lines, `  and ${hidden} more; \`--json\` lists them`] : lines
}

function labelOf(node: Graph['nodes'][number] | undefined): string {
  const name = node?.names[0] ?? node?.uris[0] ?? 'unnamed'
  const role = node?.roles[0] === undefined ? '' : `, ${node.roles.join(', ')}`
  return `${name}${role}  ${node?.digests[0] ?? 'without a digest'}`
}
