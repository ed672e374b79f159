// The structural check of an ONNX file: what it holds and whether anything in it reaches outside of what was checked.
// It reads bytes and runs nothing. A file that cannot be read to its end is `malformed`, never clean; one that holds
// anything beyond standard operators and its own weights is `suspicious`, with each finding by name.

import { type Bytes, OperatingError } from '@proofhouse/evidence'
import { ModelWalk } from './onnx-check-graph.ts'
import type { OnnxReport } from './onnx-check-report.ts'
import { wireBudget, WireError } from './onnx-check-wire.ts'

/** Larger files are not read: protobuf itself ends at 2 GiB, and no tabular model comes near this. */
const onnxSizeMaxBytes = 1024 * 1024 * 1024

/** Checks the bytes of a model. Never throws for anything the bytes may be. */
export function checkOnnx(bytes: Bytes): OnnxReport {
  const walk = new ModelWalk()
  if (bytes.length > onnxSizeMaxBytes)
    walk.found(
      'size-limit',
      'high',
      'file',
      `it is larger than ${onnxSizeMaxBytes / 2 ** 20} MiB and was not read`,
    )
  else if (bytes.length === 0) walk.found('malformed', 'high', 'file', 'the file is empty')
  else {
    try {
      walk.model({ bytes, offset: 0, depth: 0, budget: wireBudget() })
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      walk.found('malformed', 'high', `byte ${error.offset}`, error.message)
    }
  }
  const { findings } = walk
  const isUnread = findings.some(({ rule }) => rule === 'malformed' || rule === 'size-limit')
  return {
    verdict: isUnread ? 'malformed' : findings.length > 0 ? 'suspicious' : 'clean',
    findings,
    summary: walk.summary(bytes.length),
  }
}

/**
 * Refuses a model that the check did not find clean.
 * @throws `model-malformed` when it could not be read; `model-refused` with the gravest finding otherwise
 */
export function requireCleanOnnx(name: string, report: OnnxReport): void {
  if (report.verdict === 'clean') return
  const gravity = ['low', 'medium', 'high', 'critical']
  const [first] = report.findings.toSorted(
    (a, b) => gravity.indexOf(b.severity) - gravity.indexOf(a.severity),
  )
  const said = `${first?.location}: ${first?.detail}`
  const others = report.findings.length - 1
  const more = others > 0 ? ` (and ${others} more)` : ''
  const details = { findings: report.findings.map(({ rule, location }) => `${rule}: ${location}`) }
  if (report.verdict === 'malformed')
    throw new OperatingError(
      'model-malformed',
      `${name}: not a whole ONNX model: ${said}${more}; export or copy it again`,
      { details },
    )
  throw new OperatingError('model-refused', `${name}: will not be run: ${said}${more}`, { details })
}
