// The report with hostile text wherever a stranger can put text.

import type { CheckFindings, DataFindings, Measure } from '../assess/index.ts'
import type { AssessmentReport } from './assessment-report.ts'
import { digest } from './checks.fixture.ts'
import { reportFixture } from './report.fixture.ts'

/** Text that breaks out of every format that forgets to escape it. */
export const hostileText =
  '</script><script>alert(1)</script>"\'&<!--]]>|`*_[x](javascript:alert(1))\u202egnp.exe\u0000\u001b[31m\u2028'

/** The report with hostile text wherever a stranger can put text. */
export function hostileReport(): AssessmentReport {
  const report = reportFixture()
  const slice = { [hostileText]: hostileText }
  const over = [hostileText]
  const hurt = (m: Measure): Measure =>
    m.slice === null ? { ...m, over: m.over.length === 0 ? [] : over } : { ...m, over, slice }
  return {
    ...report,
    system: {
      ...report.system,
      name: hostileText,
      purpose: hostileText,
      owner: hostileText,
      jurisdictions: [hostileText],
    },
    artifacts: {
      ...report.artifacts,
      system_file: `a/${hostileText}`,
      secrets: {
        verdict: 'found',
        files: 1,
        known: 0,
        allowed: 0,
        findings: [hostileText],
        not_searched: [hostileText],
      },
      packages: {
        verdict: 'fail',
        path: hostileText,
        packages: 1,
        findings: [
          {
            package: hostileText,
            version: hostileText,
            id: hostileText,
            rating: hostileText,
            fix: hostileText,
            counts: true,
          },
        ],
        not_checked: [hostileText],
        advisories: [{ name: hostileText, updated: hostileText }],
      },
      model: {
        path: hostileText,
        root_digest: digest('e5'),
        size_bytes: 1,
        check: { verdict: 'fail', findings: [hostileText] },
        scan: {
          verdict: 'malicious',
          rules_digest: digest('5c'),
          files: [{ path: hostileText, format: hostileText, verdict: 'malicious' }],
        },
        signature: { path: hostileText, key_hint: hostileText },
        run: {
          confinement: {
            runtime: 'wasm',
            version: hostileText,
            namespaces: [hostileText],
            files: 'permissions',
            memory_mb: 1,
            cpu_seconds: null,
            wall_seconds: 1,
          },
          verification: {
            verdict: 'verified',
            path: hostileText,
            by: 'keyless',
            key_id: hostileText,
            name: hostileText,
            issuer: hostileText,
          },
        },
        native: { path: hostileText, sha256: digest('e6'), size_bytes: 1 },
      },
      data: report.artifacts.data.map((d) => ({ ...d, path: hostileText })),
    },
    columns: {
      ...report.columns,
      label: hostileText,
      positive_class: hostileText,
      protected: over,
      identifiers: over,
    },
    groups: report.groups.map((g) => (g.slice === null ? g : { ...g, over, slice })),
    measures: report.measures.map(hurt),
    rules: report.rules.map((rule) => ({
      ...rule,
      id: hostileText,
      over: rule.over.length === 0 ? [] : over,
      rationale: hostileText,
      reason: hostileText,
      requirements: over,
      worst: rule.worst === null ? null : { ...hurt(rule.worst), note: hostileText },
    })),
    curves:
      report.curves === null
        ? null
        : {
            ...report.curves,
            columns: report.curves.columns.map((one) => ({
              ...one,
              column: hostileText,
              groups: one.groups.map((group) => ({ ...group, group: hostileText })),
              left_out: over,
            })),
          },
    checks: hurtChecks(report.checks),
    explanations: report.explanations && {
      ...report.explanations,
      importance: report.explanations.importance.map((one) => ({ ...one, column: hostileText })),
      groups: report.explanations.groups.map((one) => ({
        ...one,
        group: { column: hostileText, value: hostileText },
        pushes: one.pushes.map((push) => ({ ...push, column: hostileText })),
      })),
    },
    triggers: report.triggers && {
      ...report.triggers,
      findings: report.triggers.findings.map((one) => ({
        ...one,
        parts: [{ column: hostileText, value: hostileText }],
      })),
    },
    robustness: report.robustness && {
      ...report.robustness,
      accuracy: report.robustness.accuracy.map((one) => ({
        ...one,
        groups: one.groups.map((group) => ({ ...group, column: hostileText, group: hostileText })),
      })),
      examples: report.robustness.examples.map((one) => ({
        ...one,
        changes: [{ column: hostileText, change: hostileText }],
      })),
    },
    privacy: hurtPrivacy(report.privacy),
    data: hurtData(report.data),
    drift:
      report.drift === null
        ? null
        : {
            ...report.drift,
            columns: report.drift.columns.map((one) => ({
              ...one,
              column: hostileText,
              parts: one.parts.map((part) => ({ ...part, label: hostileText })),
            })),
          },
    over_time:
      report.over_time === null
        ? null
        : {
            ...report.over_time,
            chunks: report.over_time.chunks.map((chunk) => ({ ...chunk, label: hostileText })),
            costs: report.over_time.costs.map((cost) => ({
              ...cost,
              column: hostileText,
              values: cost.values.map((value) => ({ ...value, label: hostileText })),
            })),
          },
    mitigations: report.mitigations.map((record) => ({
      ...record,
      what: hostileText,
      why: hostileText,
      before_run: hostileText,
      after_run: hostileText,
      otherwise: over,
      rules: record.rules.map((rule) => ({ ...rule, id: hostileText })),
    })),
    imported: hurtImported(report.imported),
    warnings: over,
    not_checked: over,
    ledger: { ...report.ledger, origin: hostileText, trust: hostileText },
    verify: [{ shows: hostileText, command: hostileText }],
  }
}

function hurtImported(imported: AssessmentReport['imported']): AssessmentReport['imported'] {
  return (
    imported && {
      ...imported,
      imports: imported.imports.map((one) => ({
        ...one,
        peer_version: hostileText,
        form: hostileText,
        made: hostileText,
        results: one.results.map((result) => ({
          ...result,
          name: hostileText,
          over: [hostileText],
          slice: result.slice && { [hostileText]: hostileText },
          within: { [hostileText]: hostileText },
        })),
      })),
    }
  )
}

function hurtPrivacy(privacy: AssessmentReport['privacy']): AssessmentReport['privacy'] {
  if (privacy === null) return null
  const hurtGroups = (found: typeof privacy.by_score) =>
    found && {
      ...found,
      groups: found.groups.map((one) => ({ ...one, column: hostileText, group: hostileText })),
    }
  const hurtAttack = (attack: (typeof privacy.attributes)[number]['by_answer']) => ({
    ...attack,
    found: attack.found.map((one) => ({ ...one, value_found: hostileText })),
  })
  return {
    ...privacy,
    by_score: hurtGroups(privacy.by_score),
    by_decision: hurtGroups(privacy.by_decision),
    attributes: privacy.attributes.map((one) => ({
      ...one,
      column: hostileText,
      by_outcome: one.by_outcome && hurtAttack(one.by_outcome),
      by_answer: hurtAttack(one.by_answer),
    })),
  }
}

function hurtData(data: DataFindings | null): DataFindings | null {
  if (data === null) return null
  const { quality, labels } = data
  const where = { column: hostileText, group: hostileText }
  return {
    ...data,
    columns: (data.columns ?? []).map((one) => ({
      ...one,
      column: hostileText,
      ...(one.as === 'category' ? { values: [{ value: hostileText, rows: 10 }] } : {}),
    })),
    quality: quality && {
      ...quality,
      shares: quality.shares.map((one) => ({ ...one, column: hostileText })),
      powers: quality.powers.map((one) => ({ ...one, column: hostileText })),
      order: quality.order.map((one) => ({ ...one, column: hostileText, label: hostileText })),
      constant: quality.constant.map((one) => ({
        ...one,
        column: hostileText,
        commonest: hostileText,
      })),
      duplicates: [{ columns: [hostileText, hostileText], equal: true }],
      missing: quality.missing.map((one) => ({ ...one, ...where, missing: hostileText })),
      representation: quality.representation.map((one) => ({ ...one, ...where })),
    },
    labels: labels && {
      ...labels,
      confusions: [{ given: hostileText, likely: hostileText, share: 0.1 }],
      anomalies: labels.anomalies.map((one) => ({ ...one, ...where })),
    },
  }
}

function hurtChecks(checks: CheckFindings | null): CheckFindings | null {
  if (checks === null) return null
  const term = { column: hostileText, value: hostileText }
  return {
    ...checks,
    proxies: (checks.proxies ?? []).map((found) => ({
      ...found,
      column: hostileText,
      group: hostileText,
      columns: found.columns.map(({ auc }) => ({ name: hostileText, auc })),
    })),
    slices: {
      searched: 1,
      findings: (checks.slices?.findings ?? []).map((found) => ({ ...found, terms: [term, term] })),
    },
    multicalibration: {
      searched: 1,
      findings: (checks.multicalibration?.findings ?? []).map((found) => ({
        ...found,
        group: found.group === null ? null : term,
      })),
    },
  }
}
