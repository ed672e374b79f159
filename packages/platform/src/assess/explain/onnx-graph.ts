// The nodes of an ONNX graph that compute trees, their attributes, and where their rows come from: the one walk
// through the bytes that reading trees needs. What else is in the file is passed over; whether it may be run at all
// is another check's question.
// Source: onnx.proto, IR version 13.

import { type Field, fieldsOf, floatsOf, integersOf, textOf } from './protobuf.ts'
import { malformedModel } from './tree-ensemble-check.ts'

/** What an attribute holds: numbers (a single one is a list of one), or texts. */
interface Attribute {
  readonly numbers: readonly number[]
  readonly texts: readonly string[]
}

/** A node of the main graph. */
interface GraphNode {
  readonly operator: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Attributes still in bytes. */
  readonly attributes: readonly Uint8Array[]
}

/** A graph input: its element type (TensorProto.DataType) and its columns, null where it leaves them open. */
interface GraphInput {
  readonly name: string
  readonly type: number
  readonly columns: number | null
}

/** The node that computes the trees, and what it reads. */
export interface TreeNode {
  readonly operator: string
  readonly attributes: ReadonlyMap<string, Attribute>
  /** The graph input that the trees read as it is; null when other operators compute what they read. */
  readonly source: string | null
  /** Its columns, where the graph says. */
  readonly columns: number | null
  /** Whether the trees compare in float64. */
  readonly isDouble: boolean
}

const doubleType = 11
const treeOperators = /^TreeEnsemble(Regressor|Classifier)$/

const of = (fields: readonly Field[], number: number) =>
  fields.filter((field) => field.number === number)

/** @throws OperatingError `model-malformed` unless the main graph has exactly one node of trees */
export function findTreeNode(bytes: Uint8Array): TreeNode {
  const graph = of([...fieldsOf(bytes)], 7).flatMap((field) => [...fieldsOf(field.bytes)])
  const nodes = of(graph, 1).map((field) => nodeOf(field.bytes))
  const inputs = of(graph, 11).map((field) => inputOf(field.bytes))
  const [trees, ...others] = nodes.filter(({ operator }) => treeOperators.test(operator))
  if (trees === undefined)
    throw malformedModel('it has no node `TreeEnsembleRegressor` or `TreeEnsembleClassifier`')
  if (others.length > 0) throw malformedModel('several of its nodes are sums of trees')
  const read = sourceOf(trees.inputs[0] ?? '', nodes, inputs)
  return { operator: trees.operator, attributes: attributesOf(trees), ...read }
}

function nodeOf(bytes: Uint8Array): GraphNode {
  const fields = [...fieldsOf(bytes)]
  const [operator] = of(fields, 4)
  return {
    operator: operator === undefined ? '' : textOf(operator),
    inputs: of(fields, 1).map(textOf),
    outputs: of(fields, 2).map(textOf),
    attributes: of(fields, 5).map((field) => field.bytes),
  }
}

/** ValueInfoProto: name 1, type 2 › tensor 1 › element type 1, shape 2 › dimension 1 › size 1. */
function inputOf(bytes: Uint8Array): GraphInput {
  const below = (fields: readonly Field[], number: number) =>
    of(fields, number).flatMap((field) => [...fieldsOf(field.bytes)])
  const value = [...fieldsOf(bytes)]
  const tensor = below(below(value, 2), 1)
  const last = of(below(tensor, 2), 1).at(-1)
  const [name] = of(value, 1)
  const columns = last === undefined ? undefined : of([...fieldsOf(last.bytes)], 1)[0]?.integer
  return {
    name: name === undefined ? '' : textOf(name),
    type: of(tensor, 1)[0]?.integer ?? 0,
    columns: columns === undefined || columns < 1 ? null : columns,
  }
}

/** Follows a value back through nodes that change nothing but its type. */
function sourceOf(
  name: string,
  nodes: readonly GraphNode[],
  inputs: readonly GraphInput[],
): Pick<TreeNode, 'source' | 'columns' | 'isDouble'> {
  let [at, isDouble] = [name, true]
  for (let steps = 0; steps <= nodes.length; steps++) {
    const input = inputs.find((one) => one.name === at)
    if (input !== undefined) {
      const isStillDouble = isDouble && input.type === doubleType
      return { source: input.name, columns: input.columns, isDouble: isStillDouble }
    }
    const from = nodes.find(({ outputs }) => outputs.includes(at))
    if (from?.operator !== 'Cast' && from?.operator !== 'Identity') break
    const type = from.operator === 'Cast' ? attributesOf(from).get('to')?.numbers[0] : doubleType
    isDouble &&= type === doubleType
    at = from.inputs[0] ?? ''
  }
  return { source: null, columns: null, isDouble: false }
}

function attributesOf(node: GraphNode): Map<string, Attribute> {
  return new Map(
    node.attributes.map((bytes) => {
      const fields = [...fieldsOf(bytes)]
      const [name] = of(fields, 1)
      return [name === undefined ? '' : textOf(name), attributeOf(fields)] as const
    }),
  )
}

/** AttributeProto: f 2, i 3, s 4, t 5, floats 7, ints 8, strings 9. */
function attributeOf(fields: readonly Field[]): Attribute {
  const [tensor] = of(fields, 5)
  if (tensor !== undefined) return tensorOf([...fieldsOf(tensor.bytes)])
  const floats = floatsOf([...of(fields, 2), ...of(fields, 7)], 4)
  const integers = integersOf([...of(fields, 3), ...of(fields, 8)])
  return {
    numbers: floats.length > 0 ? floats : integers,
    texts: [...of(fields, 4), ...of(fields, 9)].map(textOf),
  }
}

/**
 * TensorProto of float32 or float64, the only ones that trees use: data type 2, float_data 4, raw_data 9, double_data
 * 10.
 */
function tensorOf(fields: readonly Field[]): Attribute {
  const isDouble = of(fields, 2)[0]?.integer === doubleType
  const raw = of(fields, 9)
  const listed = of(fields, isDouble ? 10 : 4)
  return { numbers: floatsOf(raw.length > 0 ? raw : listed, isDouble ? 8 : 4), texts: [] }
}
