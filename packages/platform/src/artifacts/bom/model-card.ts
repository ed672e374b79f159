// The model card of a CycloneDX component, filled from what an assessment measured. What nobody stated is left out.

import type { JsonObject } from '@proofhouse/evidence'
import {
  type BomAssessment,
  type BomContent,
  type BomMetric,
  dataReference,
} from './bom-content.ts'

/** The card of the model of a BOM. */
export function modelCard({ assessment, data }: BomContent): JsonObject {
  const datasets = data.map((one) => ({ ref: dataReference(one) }))
  if (assessment === null) return { modelParameters: { datasets } }
  const { task, metrics } = assessment
  return {
    modelParameters: {
      approach: { type: 'supervised' },
      task,
      datasets,
      ...(assessment.features === null
        ? {}
        : { inputs: [{ format: `table of ${assessment.features} columns` }] }),
      outputs: [{ format: outputOf(assessment) }],
    },
    quantitativeAnalysis: { performanceMetrics: metrics.map(metricOf) },
    considerations: considerationsOf(assessment),
    properties: propertiesOf(assessment),
  }
}

function outputOf({ task, label, positiveClass, threshold }: BomAssessment): string {
  if (positiveClass === null || threshold === null) return `${task}: ${label}`
  return `score; from ${threshold} on ${label} is taken to be ${positiveClass}`
}

function metricOf({ name, slice, value, low, high }: BomMetric): JsonObject {
  return {
    type: name,
    ...(value === null ? {} : { value: `${value}` }),
    ...(slice === '' ? {} : { slice }),
    ...(low === null || high === null
      ? {}
      : { confidenceInterval: { lowerBound: `${low}`, upperBound: `${high}` } }),
  }
}

function considerationsOf({
  purpose,
  riskClass,
  limitations,
  tradeoffs,
  fairness,
}: BomAssessment): JsonObject {
  return {
    useCases: [purpose],
    technicalLimitations: [...limitations],
    ...(tradeoffs.length === 0 ? {} : { performanceTradeoffs: [...tradeoffs] }),
    ethicalConsiderations: [{ name: `risk class: ${riskClass}` }],
    fairnessAssessments: fairness.map(({ group, finding, mitigation }) => ({
      groupAtRisk: group,
      harms: finding,
      ...(mitigation === '' ? {} : { mitigationStrategy: mitigation }),
    })),
  }
}

function propertiesOf(assessment: BomAssessment) {
  const { verdict, runId, policyDigest, time, owner, jurisdictions, confidence, threshold } =
    assessment
  return [
    ['verdict', verdict],
    ['run', runId],
    ['policy-digest', policyDigest],
    ['assessed', time],
    ['owner', owner],
    ...jurisdictions.map((jurisdiction) => ['jurisdiction', jurisdiction] as const),
    ['confidence', `${confidence}`],
    ...(threshold === null ? [] : [['threshold', `${threshold}`] as const]),
  ].map(([name, value]) => ({ name: `proofhouse:${name}`, value: value ?? '' }))
}
