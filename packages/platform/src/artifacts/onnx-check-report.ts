// What the structural check of an ONNX file says, as data: a verdict, findings, and a summary of what is in the file.

import type { ModelValue } from '../assess/index.ts'

/** What a finding is about. */
type OnnxRule =
  | 'malformed'
  | 'size-limit'
  | 'external-data'
  | 'operator-domain'
  | 'operator-set'
  | 'function'
  | 'training-data'
  | 'unknown-field'
  | 'repeated-field'
  | 'tensor-size'

/** One thing found in the file. */
export interface OnnxFinding {
  readonly rule: OnnxRule
  readonly severity: 'low' | 'medium' | 'high' | 'critical'
  /** Where: a path of names through the graph, or a byte offset. */
  readonly location: string
  readonly detail: string
}

/** What is in the file, as far as it could be read. */
export interface OnnxSummary {
  readonly sizeBytes: number
  readonly irVersion: number | null
  /** Name and version of the program that wrote it. */
  readonly producer: string
  readonly operatorSets: readonly { readonly domain: string; readonly version: number }[]
  readonly inputs: readonly ModelValue[]
  readonly outputs: readonly ModelValue[]
  /** Operators by `domain.name` (`ai.onnx` is the default domain), with how often each occurs. */
  readonly operators: Readonly<Record<string, number>>
  readonly nodes: number
  /** Graphs inside nodes: branches and loop bodies. */
  readonly subgraphs: number
  readonly functions: number
  /** Elements in all stored tensors. */
  readonly parameters: number
  /** The class labels that its classifier names, in order; null when it names none, or several differ. */
  readonly classNames: readonly string[] | null
}

/** The check's answer. Only `clean` may be signed or run; `malformed` could not be read to its end. */
export interface OnnxReport {
  readonly verdict: 'clean' | 'suspicious' | 'malformed'
  readonly findings: readonly OnnxFinding[]
  readonly summary: OnnxSummary
}
