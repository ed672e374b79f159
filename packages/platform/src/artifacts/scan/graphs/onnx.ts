// ONNX models, by the structural check (../../onnx-check.ts): where their weights come from, and which operators are not
// ONNX's own. The check is stricter than a scan must be: it is for models that are run here. Weights beside the model and
// the operators of ONNX Runtime itself are what honest exports have.

import { checkOnnx } from '../../onnx-check.ts'
import type { OnnxFinding } from '../../onnx-check-report.ts'
import {
  fieldsOf,
  nested,
  textOfField,
  wireBudget,
  WireError,
  type WireMessage,
} from '../../onnx-check-wire.ts'
import type { Member, ScanFormat } from '../scan-format.ts'
import type { ScanRuleId } from '../scan-rules.ts'
import { topFields } from './protobuf-fields.ts'

/** Protobuf itself ends at 2 GiB; the file is held in memory while it is read. */
const modelSizeMaxBytes = 1024 * 1_048_576
/** Operator domains that ONNX Runtime has built in (onnxruntime/core/graph/constants.h). */
const runtimeDomains = [
  'com.microsoft',
  'com.microsoft.nchwc',
  'com.microsoft.dml',
  'com.ms.internal.nhwc',
  'ai.onnx.training',
  'ai.onnx.preview.training',
]
/** Fields of a ModelProto, and those of them that are numbers. */
const modelFields = [1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26]
const numberFields = [1, 5]

const rules: Readonly<Record<OnnxFinding['rule'], ScanRuleId | null>> = {
  malformed: 'onnx-malformed',
  'size-limit': 'onnx-malformed',
  'external-data': 'onnx-external-escape',
  'operator-domain': 'onnx-custom-operator',
  'operator-set': 'onnx-malformed',
  // Functions are made of operators, which are looked at.
  function: null,
  'training-data': 'onnx-malformed',
  'unknown-field': 'onnx-malformed',
  'repeated-field': 'onnx-repeated-field',
  'tensor-size': 'onnx-impossible-size',
}

/** ONNX models: a version of the format first, then a graph or operator sets. */
export const onnxFormat: ScanFormat = {
  name: 'onnx',
  recognises: (head, { source }) => {
    if (head[0] !== 0x08 || (head[1] ?? 0) > 0x7f) return false
    const fields = topFields(source)
    return (
      fields.some(({ number, wire }) => (number === 7 || number === 8) && wire === 2) &&
      fields.every(
        ({ number, wire }) =>
          modelFields.includes(number) && wire === (numberFields.includes(number) ? 0 : 2),
      )
    )
  },
  scan,
}

function scan({ source, finder }: Member): void {
  if (source.sizeBytes > modelSizeMaxBytes) {
    finder.found('onnx-malformed', null, 'a model of over 1 GiB is not read')
    return
  }
  const bytes = source.read(0, source.sizeBytes)
  const { findings, summary } = checkOnnx(bytes)
  const foreign = foreignDomains(Object.keys(summary.operators), new Set(ownOperators(bytes)))
  const isKnown = (domain: string) =>
    runtimeDomains.includes(domain) || foreign.get(domain) === false
  for (const { rule, severity, location, detail } of findings) {
    const scanRule = rules[rule]
    if (scanRule === null) continue
    if (rule === 'external-data' && severity !== 'critical') continue
    if (rule === 'operator-domain' && isKnown(domainIn(detail))) continue
    finder.found(scanRule, null, `${location}: ${detail}`)
  }
}

/** The domains of operators, and whether any of each is not one of the functions that the file itself defines. */
function foreignDomains(
  operators: readonly string[],
  own: ReadonlySet<string>,
): ReadonlyMap<string, boolean> {
  const domains = new Map<string, boolean>()
  for (const name of own) domains.set(domainOf(name), false)
  for (const name of operators) if (!own.has(name)) domains.set(domainOf(name), true)
  return domains
}

const domainOf = (name: string) => name.slice(0, name.lastIndexOf('.'))

/** The domain that a finding of the check is about: it names a domain, or an operator after it. */
function domainIn(detail: string): string {
  const [, named = ''] = /`([^`]*)`/.exec(detail) ?? []
  return detail.startsWith('the operator `') ? named.slice(0, named.lastIndexOf('.')) : named
}

/** The functions that a model defines, as `domain.name`. */
function ownOperators(bytes: Uint8Array): readonly string[] {
  const model: WireMessage = { bytes, offset: 0, depth: 0, budget: wireBudget() }
  const names: string[] = []
  try {
    for (const field of fieldsOf(model)) {
      if (field.number !== 25) continue
      let [name, domain] = ['', '']
      for (const part of fieldsOf(nested(model, field))) {
        if (part.number === 1) name = textOfField(part)
        else if (part.number === 10) domain = textOfField(part)
      }
      names.push(`${domain}.${name}`)
    }
  } catch (error) {
    if (!(error instanceof WireError)) throw error
  }
  return names
}
