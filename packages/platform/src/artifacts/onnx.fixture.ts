// ONNX models made by hand for tests: the protobuf wire format, written as simply as it is.

type Part = Uint8Array<ArrayBuffer>

function join(parts: readonly Part[]): Part {
  const bytes = new Uint8Array(parts.reduce((size, piece) => size + piece.length, 0))
  let at = 0
  for (const piece of parts) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

function varint(integer: bigint): Part {
  const bytes: number[] = []
  for (let rest = BigInt.asUintN(64, integer); ; rest >>= 7n) {
    if (rest < 128n) return Uint8Array.from([...bytes, Number(rest)])
    bytes.push(Number(rest & 127n) | 128)
  }
}

/** An integer field. */
export function int(number: number, integer: number | bigint): Part {
  return join([varint(BigInt(number) << 3n), varint(BigInt(integer))])
}

/** A field of bytes, text, or the fields of a message. */
export function part(number: number, content: string | Part | readonly Part[]): Part {
  const bytes =
    typeof content === 'string'
      ? new TextEncoder().encode(content)
      : content instanceof Uint8Array
        ? content
        : join(content)
  return join([varint((BigInt(number) << 3n) | 2n), varint(BigInt(bytes.length)), bytes])
}

/** A NodeProto's fields. */
export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  extra: readonly Part[] = [],
): Part[] {
  return [
    ...inputs.map((name) => part(1, name)),
    ...outputs.map((name) => part(2, name)),
    part(4, operator),
    ...extra,
  ]
}

/** Element types by number. */
export const elements = { float: 1, int64: 7, bool: 9 } as const

/** A ValueInfoProto's fields: a tensor of a type, with -1 for a free dimension. */
export function value(name: string, type: keyof typeof elements, shape: readonly number[]): Part[] {
  const dims = shape.map((size) => part(1, size < 0 ? [part(2, 'N')] : [int(1, size)]))
  return [part(1, name), part(2, [part(1, [int(1, elements[type]), part(2, dims)])])]
}

/** A TensorProto's fields: int64 values, or floats given as raw bytes. */
export function ints(
  name: string,
  dims: readonly number[],
  data: readonly (number | bigint)[],
): Part[] {
  return [...dims.map((d) => int(1, d)), int(2, 7), ...data.map((v) => int(7, v)), part(8, name)]
}

export function floats(name: string, dims: readonly number[], data: readonly number[]): Part[] {
  const raw = new Uint8Array(Float32Array.from(data).buffer)
  return [...dims.map((d) => int(1, d)), int(2, 1), part(8, name), part(9, raw)]
}

/** A whole ModelProto around a graph's fields. */
export function model(graph: readonly Part[], extra: readonly Part[] = []): Part {
  return join([int(1, 8), part(7, graph), part(8, [part(1, ''), int(2, 17)]), ...extra])
}

/** `Y = X + 1` over float [N, 1], the smallest honest model, with room for more fields in the graph. */
export function addOne(graphExtra: readonly Part[] = [], modelExtra: readonly Part[] = []): Part {
  return model(
    [
      part(1, node('Add', ['X', 'one'], ['Y'])),
      part(2, 'g'),
      part(5, floats('one', [1], [1])),
      part(11, value('X', 'float', [-1, 1])),
      part(12, value('Y', 'float', [-1, 1])),
      ...graphExtra,
    ],
    modelExtra,
  )
}

/** Adds one for ever: a loop of 10¹⁵ steps. */
export function endless(): Part {
  const body = [
    part(1, node('Identity', ['c'], ['c2'])),
    part(1, node('Add', ['x', 'one'], ['x2'])),
    part(2, 'body'),
    part(11, value('i', 'int64', [])),
    part(11, value('c', 'bool', [])),
    part(11, value('x', 'float', [-1, 1])),
    part(12, value('c2', 'bool', [])),
    part(12, value('x2', 'float', [-1, 1])),
  ]
  const attribute = part(5, [part(1, 'body'), part(6, body), int(20, 5)])
  return model([
    part(1, node('Loop', ['steps', '', 'X'], ['Y'], [attribute])),
    part(2, 'g'),
    part(5, ints('steps', [], [10n ** 15n])),
    part(5, floats('one', [1], [1])),
    part(11, value('X', 'float', [-1, 1])),
    part(12, value('Y', 'float', [-1, 1])),
  ])
}

/** Fills a tensor whose size is its input: 10¹⁰ asks for 40 GB. */
export function greedy(): Part {
  return model([
    part(1, node('ConstantOfShape', ['X'], ['Y'])),
    part(2, 'g'),
    part(11, value('X', 'int64', [-1])),
    part(12, value('Y', 'float', [-1])),
  ])
}
