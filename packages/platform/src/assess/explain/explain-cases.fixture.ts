// Models that real libraries trained, with what those libraries and shap say of some rows, and how far ours may be
// from it.

import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { readLightgbmText } from './lightgbm-text.ts'
import { readOnnxTrees } from './onnx-trees.ts'
import { margins, type Rows, type TreeEnsemble } from './tree-ensemble.ts'
import { interventionalShap, pathDependentShap } from './tree-shap.ts'
import { explainTrees } from './explain-trees.ts'
import { readXgboostJson } from './xgboost-json.ts'

const table = Type.Array(Type.Array(Type.Union([Type.Number(), Type.Null()])))
const perOutput = Type.Array(Type.Array(Type.Array(Type.Number())))

const caseShape = Type.Object({
  name: Type.String(),
  format: Type.Enum(['xgboost', 'lightgbm', 'onnx']),
  model: Type.String(),
  rows: table,
  background: table,
  margins: Type.Array(Type.Array(Type.Number())),
  peers: Type.Record(Type.String(), perOutput),
})
/** A case, as `scripts/conformance/explain_values.py` writes it. */
export type ExplainCase = Static<typeof caseShape>
export const explainCases = Compile(Type.Array(caseShape))

/**
 * How far our values may be from a peer's, as a share of the largest value of the case: LightGBM computes in float64;
 * XGBoost, ONNX Runtime and shap's interventional kernel add up in float32, over all trees.
 */
const tolerances: Readonly<Record<string, number>> = {
  'margins xgboost': 1e-6,
  'margins lightgbm': 1e-12,
  'margins onnx': 1e-6,
  'path xgboost': 2e-6,
  'path lightgbm': 1e-12,
  'background shap': 1e-6,
}

/** The trees of a case, by the reader for its format. */
export function ensembleOf({ format, model }: ExplainCase): TreeEnsemble {
  if (format === 'xgboost') return readXgboostJson(model)
  if (format === 'lightgbm') return readLightgbmText(model)
  return readOnnxTrees(Uint8Array.fromBase64(model)).ensemble
}

function rowsOf(of: ExplainCase['rows']): Rows {
  return { count: of.length, values: Float64Array.from(of.flat(), (value) => value ?? Number.NaN) }
}

/** One comparison: how far apart the two are, and how far they may be. */
export interface Compared {
  readonly what: string
  readonly apart: number
  readonly tolerance: number
}

function compared(what: string, mine: ArrayLike<number>, theirs: readonly number[]): Compared {
  const scale = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3)
  const apart = theirs.reduce(
    (most, value, n) => Math.max(most, Math.abs(value - (mine[n] ?? Number.NaN))),
    mine.length === theirs.length ? 0 : Number.NaN,
  )
  return { what, apart: apart / scale, tolerance: tolerances[what] ?? 0 }
}

/** Margins, and every peer's values with both of our algorithms. */
export function comparisonsOf(one: ExplainCase): Compared[] {
  const ensemble = ensembleOf(one)
  const [rows, background] = [rowsOf(one.rows), rowsOf(one.background)]
  const sums = compared(`margins ${one.format}`, margins(ensemble, rows), one.margins.flat())
  const values = Object.entries(one.peers).flatMap(([peer, theirs]) => {
    const isPath = peer.startsWith('path')
    const ours = isPath
      ? [pathDependentShap(ensemble, rows), explainTrees(ensemble, rows)]
      : [interventionalShap(ensemble, rows, background), explainTrees(ensemble, rows, background)]
    return ours.map(({ values: found, expected }) => {
      const whole = theirs.flat().flatMap((_, n) => {
        const from = n * ensemble.features
        const base = expected[n % ensemble.outputs] ?? Number.NaN
        return [...found.subarray(from, from + ensemble.features), base]
      })
      return compared(peer, whole, theirs.flat(2))
    })
  })
  return [sums, ...values]
}
