// Walks an ONNX model message by message (onnx.proto, IR version 13) and writes down what it sees.
// Every message is read by a table of its fields, so a field that the format does not have is seen too.

import { assert } from '@proofhouse/evidence'
import type { ModelValue } from '../assess/index.ts'
import type { OnnxFinding, OnnxSummary } from './onnx-check-report.ts'
import { ClassNames } from './onnx-check-classes.ts'
import { readValueInfo } from './onnx-check-types.ts'
import { readTensor } from './onnx-check-tensor.ts'
import {
  bytesOf,
  fieldsAgain,
  fieldsOf,
  nested,
  textOfField,
  type WireField,
  type WireMessage,
} from './onnx-check-wire.ts'

/** Findings of one rule that are listed; more of the same say nothing new. */
const findingsPerRuleMax = 20
/** Names of one kind that a model may have; each is kept. */
const namesMax = {
  operators: 100_000,
  tensors: 2_000_000,
  values: 200_000,
  domains: 10_000,
} as const
/** Elements of an attribute's list that may be class labels. */
const labelsMax = 10_000
const knownDomains = ['', 'ai.onnx', 'ai.onnx.ml']

/** Field numbers that each message has, with those that may occur once only. */
const knownFields = {
  model: { known: [1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26], once: [1, 7] },
  graph: { known: [1, 2, 5, 10, 11, 12, 13, 14, 15, 16], once: [2] },
  node: { known: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], once: [3, 4, 7] },
  attribute: {
    known: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 20, 21, 22, 23],
    once: [1, 5, 6],
  },
  function: { known: [1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14], once: [1, 10] },
  operatorSet: { known: [1, 2], once: [1, 2] },
} as const

/** What the walk has seen so far. */
export class ModelWalk {
  readonly findings: OnnxFinding[] = []
  readonly classNames = new ClassNames()
  readonly #operators = new Map<string, number>()
  readonly #perRule = new Map<string, number>()
  readonly #operatorSets: { domain: string; version: number }[] = []
  readonly #used = new Set<string>()
  #irVersion: number | null = null
  #producer = ['', '']
  #inputs: ModelValue[] = []
  #outputs: ModelValue[] = []
  #graphs = 0
  #functions = 0
  #parameters = 0

  /** Reads a whole model. @throws WireError where the bytes are not ONNX */
  model(message: WireMessage): void {
    for (const field of this.#fields(message, 'model', 'model')) {
      if (field.number === 1) this.#irVersion = Number(field.value)
      else if (field.number === 2 || field.number === 3)
        this.#producer[field.number - 2] = textOfField(field)
      else if (field.number === 7) this.#mainGraph(nested(message, field))
      else if (field.number === 8) this.#operatorSet(nested(message, field))
      else if (field.number === 14) bytesOf(field)
      else if (field.number === 20)
        this.found(
          'training-data',
          'medium',
          'training_info',
          'the file holds a training graph, which nothing here runs or checks',
        )
      else if (field.number === 25) this.#function(nested(message, field))
    }
    this.#checkWhole()
  }

  found(
    rule: OnnxFinding['rule'],
    severity: OnnxFinding['severity'],
    location: string,
    detail: string,
  ): void {
    // Counted by severity, so that many mild findings leave room for the grave one behind them.
    const kind = `${rule} ${severity}`
    const count = (this.#perRule.get(kind) ?? 0) + 1
    this.#perRule.set(kind, count)
    if (count <= findingsPerRuleMax) this.findings.push({ rule, severity, location, detail })
  }

  summary(sizeBytes: number): OnnxSummary {
    const operators = [...this.#operators].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return {
      sizeBytes,
      irVersion: this.#irVersion,
      producer: this.#producer.filter((part) => part !== '').join(' '),
      operatorSets: this.#operatorSets,
      inputs: this.#inputs,
      outputs: this.#outputs,
      operators: Object.fromEntries(operators),
      nodes: operators.reduce((sum, [, count]) => sum + count, 0),
      subgraphs: Math.max(0, this.#graphs - 1),
      functions: this.#functions,
      parameters: this.#parameters,
      classNames: this.classNames.names(),
    }
  }

  #checkWhole(): void {
    const malformed = (detail: string) => this.found('malformed', 'high', 'model', detail)
    if (this.#irVersion === null || this.#irVersion < 1) malformed('it has no IR version')
    if (this.#graphs === 0) malformed('it has no graph')
    else if (this.#outputs.length === 0) malformed('its graph has no outputs')
    if (this.#operatorSets.length === 0) malformed('it imports no operator set')
    const imported = new Set(this.#operatorSets.map(({ domain }) => shownDomain(domain)))
    for (const domain of this.#used)
      if (!imported.has(domain))
        this.found(
          'operator-set',
          'medium',
          'model',
          `operators of \`${domain}\` are used and not imported`,
        )
  }

  /** Whether one more name of a kind is kept; the model is read on without. */
  #hasRoom(count: number, kind: keyof typeof namesMax): boolean {
    if (count < namesMax[kind]) return true
    this.found('size-limit', 'high', 'model', `it has more than ${namesMax[kind]} ${kind}`)
    return false
  }

  #operatorSet(message: WireMessage): void {
    let [domain, version] = ['', 0]
    for (const field of this.#fields(message, 'operatorSet', 'opset_import')) {
      if (field.number === 1) domain = textOfField(field)
      else if (field.number === 2) version = Number(BigInt.asIntN(64, field.value))
    }
    if (this.#hasRoom(this.#operatorSets.length, 'domains'))
      this.#operatorSets.push({ domain, version })
    if (!knownDomains.includes(domain))
      this.found(
        'operator-domain',
        'high',
        'opset_import',
        `the operators of \`${domain}\` are not part of ONNX: what they do depends on the program that runs them`,
      )
  }

  #mainGraph(message: WireMessage): void {
    const initialized = new Set<string>()
    const inputs: ModelValue[] = []
    this.#graph(message, 'graph', { initialized, inputs, outputs: this.#outputs })
    // Before IR version 4 every stored tensor had to be listed as an input too; those are constants, not inputs.
    this.#inputs = inputs.filter((input) => !initialized.has(input.name))
  }

  #graph(
    message: WireMessage,
    path: string,
    into: { initialized: Set<string>; inputs: ModelValue[]; outputs: ModelValue[] },
  ): void {
    this.#graphs += 1
    for (const field of this.#fields(message, 'graph', path)) {
      if (field.number === 1) this.#node(nested(message, field), path)
      else if (field.number === 5) {
        const name = this.#tensor(nested(message, field), path)
        if (this.#hasRoom(into.initialized.size, 'tensors')) into.initialized.add(name)
      } else if (field.number === 11 || field.number === 12) {
        const values = field.number === 11 ? into.inputs : into.outputs
        const value = readValueInfo(nested(message, field))
        if (this.#hasRoom(values.length, 'values')) values.push(value)
      } else if (field.number === 15) this.#sparse(nested(message, field), path)
    }
  }

  #node(message: WireMessage, path: string): void {
    const first = new Map<number, WireField>()
    for (const field of this.#fields(message, 'node', path))
      if (!first.has(field.number)) first.set(field.number, field)
    const text = (number: number) => {
      const field = first.get(number)
      return field === undefined ? '' : textOfField(field)
    }
    const [operator, domain] = [text(4), text(7)]
    const here = `${path} › ${text(3) || operator}`
    const name = `${shownDomain(domain)}.${operator}`
    const before = this.#operators.get(name)
    if (before !== undefined || this.#hasRoom(this.#operators.size, 'operators')) {
      this.#operators.set(name, (before ?? 0) + 1)
      this.#used.add(shownDomain(domain))
    }
    if (operator === '') this.found('malformed', 'high', here, 'a node names no operator')
    if (!knownDomains.includes(domain))
      this.found('operator-domain', 'high', here, `the operator \`${name}\` is not part of ONNX`)
    this.classNames.node(operator, text(1))
    if (!first.has(5)) return
    for (const field of fieldsAgain(message))
      if (field.number === 5) this.#attribute(nested(message, field), here)
  }

  #attribute(message: WireMessage, path: string): void {
    let named: WireField | undefined
    let hasParts = false
    const lists: WireField[] = []
    for (const field of this.#fields(message, 'attribute', path)) {
      const { number } = field
      if (number === 1) named ??= field
      else if ([5, 6, 10, 11, 22, 23].includes(number)) hasParts = true
      else if ((number === 8 || number === 9) && lists.length <= labelsMax) lists.push(field)
    }
    const name = named === undefined ? '' : textOfField(named)
    const here = `${path} › ${name}`
    for (const field of hasParts ? fieldsAgain(message) : []) {
      if (field.number === 5 || field.number === 10) this.#tensor(nested(message, field), here)
      else if (field.number === 6 || field.number === 11)
        this.#graph(nested(message, field), here, {
          initialized: new Set(),
          inputs: [],
          outputs: [],
        })
      else if (field.number === 22 || field.number === 23)
        this.#sparse(nested(message, field), here)
    }
    if (lists.length <= labelsMax) this.classNames.attribute(name, lists)
  }

  #function(message: WireMessage): void {
    this.#functions += 1
    let named: WireField | undefined
    for (const field of this.#fields(message, 'function', 'functions'))
      if (field.number === 1) named ??= field
    const name = named === undefined ? '' : textOfField(named)
    this.found(
      'function',
      'medium',
      `functions › ${name}`,
      'the file defines an operator of its own; inline it when exporting the model',
    )
    for (const field of fieldsAgain(message)) {
      if (field.number === 7) this.#node(nested(message, field), `functions › ${name}`)
      else if (field.number === 9) this.#functionOperatorSet(nested(message, field))
      else if (field.number === 11) this.#attribute(nested(message, field), `functions › ${name}`)
    }
  }

  #functionOperatorSet(message: WireMessage): void {
    const before = this.#operatorSets.length
    this.#operatorSet(message)
    // Reported like any other, but what a function imports is no import of the model.
    this.#operatorSets.splice(before)
  }

  #tensor(message: WireMessage, path: string): string {
    const tensor = readTensor(message, path, (finding) =>
      this.found(finding.rule, finding.severity, finding.location, finding.detail),
    )
    this.#parameters += tensor.elements
    if (tensor.texts !== null) this.classNames.tensor(tensor.name, tensor.texts)
    return tensor.name
  }

  #sparse(message: WireMessage, path: string): void {
    for (const field of fieldsOf(message))
      if (field.number === 1 || field.number === 2) this.#tensor(nested(message, field), path)
  }

  *#fields(
    message: WireMessage,
    kind: keyof typeof knownFields,
    path: string,
  ): Generator<WireField> {
    const { known, once } = knownFields[kind]
    const seen = new Set<number>()
    for (const field of fieldsOf(message)) {
      const { number } = field
      if (!(known as readonly number[]).includes(number))
        this.found(
          'unknown-field',
          'medium',
          path,
          `field ${number} is not part of the format (byte ${field.offset})`,
        )
      if (seen.has(number) && (once as readonly number[]).includes(number))
        this.found(
          'repeated-field',
          'high',
          path,
          `field ${number} is given twice, and readers may differ in which counts`,
        )
      seen.add(number)
      assert(
        field.offset <= message.offset + message.bytes.length,
        'fields lie within their message',
      )
      yield field
    }
  }
}

function shownDomain(domain: string): string {
  return domain === '' ? 'ai.onnx' : domain
}
