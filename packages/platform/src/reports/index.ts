// Reports: an assessment as data, and one pure renderer per output format.

export {
  type AssessmentReport,
  reportFormat,
  reportGroups,
  type ReportMitigation,
} from './assessment-report.ts'
export { renderGitlabCodeQuality } from './gitlab-code-quality.ts'
export { renderDecision } from './decision-page.ts'
export { renderHtml } from './html.ts'
export { renderJson } from './json.ts'
export {
  importedShownMax,
  type ReportImport,
  type ReportImported,
  type ReportImportedResult,
} from './report-import.ts'
export { renderJUnit } from './junit.ts'
export { renderModelCard } from './model-card.ts'
export { namespacesText, runtimeText } from './model-run-words.ts'
export { renderSarif } from './sarif.ts'
export type { ReportModelRun, ReportPackages, ReportSecrets } from './report-artifacts.ts'
export { renderScanSarif } from './scan-sarif.ts'
export { renderSecretsSarif, secretLine } from './secrets-sarif.ts'
export { renderSummary } from './summary.ts'
export { renderSubjectExport } from './subject-export/page.ts'
export type { ExportLanguage } from './subject-export/words.ts'
export { terminalReport } from './terminal.ts'
export { renderVulnerabilitiesSarif } from './vulnerabilities-sarif.ts'
export { receiptBytes, receiptSizeMaxBytes } from './verifier-page/embedded-receipt.ts'
export { renderVerifierPage } from './verifier-page/page.ts'
