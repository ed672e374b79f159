// Reports: an assessment as data, and one pure renderer per output format.

export {
  type AssessmentReport,
  type EarlierRun,
  type ReportArtifacts,
  type ReportCommand,
  type ReportData,
  type ReportGroup,
  reportFormat,
  reportGroups,
  type ReportLedger,
  type ReportModel,
  type ReportRun,
  type ReportSystem,
} from './assessment-report.ts'
