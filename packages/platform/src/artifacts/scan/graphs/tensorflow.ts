// TensorFlow's files: saved models, frozen graphs, the metadata that Keras once put beside them, and what lies around. All
// but the variables are protobuf messages, told apart by the fields at their top.

import { fieldsOf, nested, wireBudget, WireError, type WireMessage } from '../../onnx-check-wire.ts'
import { type ByteSource, partOf } from '../byte-source.ts'
import { textOf } from '../configs/json-format.ts'
import { JsonFault, readJson } from '../configs/json-reader.ts'
import { scanConfig } from '../configs/scan-config.ts'
import type { Member, ScanFormat } from '../scan-format.ts'
import type { Finder } from '../scan-findings.ts'
import { type TopField, topFields } from './protobuf-fields.ts'
import { foundOperator, leadsOut, pathIn, scanGraph } from './tensorflow-graph.ts'

/** Protobuf itself ends at 2 GiB; the file is held in memory while it is read. */
const modelSizeMaxBytes = 1024 * 1_048_576

/** `saved_model.pb`: a version, then graphs. */
export const savedModelFormat: ScanFormat = {
  name: 'saved-model',
  recognises: (head, { source }) => {
    const hasVersion = head[0] === 0x08 && head[1] === 1
    if (head[hasVersion ? 2 : 0] !== 0x12) return false
    const graphs = topFields(source).slice(hasVersion ? 1 : 0)
    return (
      graphs.length > 0 &&
      graphs.every(({ number, wire }) => number === 2 && wire === 2) &&
      // Without a version any list of messages looks like it.
      (hasVersion || graphs.every((field) => isMetaGraph(source, field)))
    )
  },
  scan: (member) =>
    scanMessage(member, (model) => {
      for (const field of fieldsOf(model))
        if (field.number === 2) scanMetaGraph(nested(model, field), member.finder)
    }),
}

/** Graphs by themselves, as they were frozen: nodes, functions, versions. */
export const graphFormat: ScanFormat = {
  name: 'tensorflow-graph',
  recognises: (head, { source }) => {
    if (head[0] !== 0x0a) return false
    const fields = topFields(source)
    return (
      fields.length > 0 &&
      fields.every(({ number, wire }) => (number === 3 ? wire === 0 : number <= 4 && wire === 2)) &&
      fields
        .filter(({ number }) => number === 1)
        .slice(0, nodesTold)
        .every((field) => isNode(source, field))
    )
  },
  scan: (member) => scanMessage(member, (graph) => scanGraph(graph, member.finder)),
}

/** Whether a part is what a saved model has about a graph: a few messages, of which the second is one. */
function isMetaGraph(source: ByteSource, { start, end }: TopField): boolean {
  const part = partOf(source, start, end)
  const fields = topFields(part)
  const graph = fields.find(({ number }) => number === 2)
  if (graph === undefined || !fields.every(({ number, wire }) => number <= 7 && wire === 2))
    return false
  const inner = partOf(part, graph.start, graph.end)
  const nodes = topFields(inner).filter(({ number }) => number === 1)
  return nodes.length > 0 && nodes.slice(0, nodesTold).every((field) => isNode(inner, field))
}

/** Nodes that are looked at to tell a graph from other messages of messages. */
const nodesTold = 20
/** An operator's name; inside of the compiler's own graphs with its dialect. */
const operatorName = /^[A-Z_][\w.>]*$/

/** Whether a part is a node: texts and messages, of which the second names an operator. */
function isNode(source: ByteSource, { start, end }: TopField): boolean {
  const parts = topFields(partOf(source, start, end))
  const operator = parts.find(({ number }) => number === 2)
  return (
    operator !== undefined &&
    parts.every(({ number, wire }) => number <= 7 && wire === 2) &&
    operatorName.test(
      new TextDecoder().decode(
        source.read(start + operator.start, start + Math.min(operator.end, operator.start + 200)),
      ),
    )
  )
}

/** `keras_metadata.pb`: the configuration of every layer, as JSON. */
export const kerasMetadataFormat: ScanFormat = {
  name: 'keras-metadata',
  recognises: (head, { source }) => {
    if (head[0] !== 0x0a) return false
    const fields = topFields(source)
    return (
      fields.length > 0 &&
      fields.every(({ number, wire }) => number === 1 && wire === 2) &&
      fields.every(({ start, end }) => {
        // Its number among the objects, then its path.
        const [tag, , next, third] = source.read(start, Math.min(end, start + 4))
        return (tag === 0x10 && (next === 0x1a || third === 0x1a)) || tag === 0x1a
      })
    )
  },
  scan: (member) =>
    scanMessage(member, (metadata) => {
      for (const field of fieldsOf(metadata)) {
        const object = nested(metadata, field)
        for (const part of fieldsOf(object))
          if (part.number === 5 && part.bytes !== null)
            scanMetadata(part.bytes, part.offset, member.finder)
      }
    }),
}

/** Graphs as text (`.pbtxt`): operators that are spelled plainly are found; the rest of the notation is not read. */
export const graphTextFormat: ScanFormat = {
  name: 'tensorflow-text',
  recognises: (head) =>
    /^\s*(?:#[^\n]*\n\s*)*(?:saved_model_schema_version\s*:|meta_graphs\s*[:{<]|node\s*[:{<])/.test(
      new TextDecoder().decode(head),
    ),
  scan: (member) => {
    const { finder } = member
    finder.found('tensorflow-malformed', null, 'graphs as text are not read to their end')
    for (const [, operator = ''] of (textOf(member, textSizeMaxBytes) ?? '').matchAll(
      /\bop\s*:\s*["']([^"'\\]*)["']/g,
    ))
      foundOperator(operator, operator, null, finder)
  },
}

/** `fingerprint.pb`: five numbers, and no more than a name. */
export const fingerprintFormat: ScanFormat = {
  name: 'tensorflow-fingerprint',
  recognises: (head, { source }) => {
    if (head[0] !== 0x08 || source.sizeBytes > 512) return false
    const fields = topFields(source)
    return (
      fields.length >= 4 &&
      fields.every(({ number, wire }) => (number <= 5 ? wire === 0 : number <= 7 && wire === 2))
    )
  },
  scan: () => {},
}

/** Larger texts are not looked at. */
const textSizeMaxBytes = 64 * 1_048_576

/** Reads a file as a message, and tells where it is none. */
function scanMessage({ source, finder }: Member, read: (message: WireMessage) => void): void {
  if (source.sizeBytes > modelSizeMaxBytes) {
    finder.found('tensorflow-malformed', null, 'a file of over 1 GiB is not read')
    return
  }
  try {
    const bytes = source.read(0, source.sizeBytes)
    read({ bytes, offset: 0, depth: 0, budget: wireBudget() })
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    finder.found('tensorflow-malformed', error.offset, error.message)
  }
}

/** A MetaGraphDef: a graph, the files beside it, and the objects it was made from. */
function scanMetaGraph(meta: WireMessage, finder: Finder): void {
  for (const field of fieldsOf(meta)) {
    if (field.number === 2) scanGraph(nested(meta, field), finder)
    else if (field.number === 6) {
      for (const part of fieldsOf(nested(meta, field)))
        if (part.number === 2 && leadsOut(pathIn(part)))
          finder.found(
            'tensorflow-path-escape',
            part.offset,
            `the asset \`${pathIn(part)}\` lies elsewhere`,
          )
    } else if (field.number === 7) scanObjects(nested(meta, field), finder)
  }
}

/** Objects of the user's carry metadata: with Keras, the configuration of a layer. */
function scanObjects(graph: WireMessage, finder: Finder): void {
  for (const field of fieldsOf(graph)) {
    if (field.number !== 1) continue
    const object = nested(graph, field)
    for (const part of fieldsOf(object)) {
      if (part.number !== 4) continue
      for (const setting of fieldsOf(nested(object, part)))
        if (setting.number === 3 && setting.bytes !== null)
          scanMetadata(setting.bytes, setting.offset, finder)
    }
  }
}

function scanMetadata(bytes: Uint8Array, offset: number, finder: Finder): void {
  const text = new TextDecoder().decode(bytes)
  if (!/^\s*\{/.test(text)) return
  try {
    scanConfig(readJson(text).value, finder.within(`metadata@${offset}`))
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    finder.found('json-malformed', offset + error.offset, error.message)
  }
}
