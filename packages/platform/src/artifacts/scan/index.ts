// The scan of files for what loading them would do. An index of its own, because most commands never need it.

export { bytesSource } from './byte-source.ts'
export { scanDigested, scanRulesDigest } from './scan-digested.ts'
export { scanFile } from './scan-file.ts'
export {
  type ScannedFile,
  type ScanReport,
  worstVerdict,
} from './scan-report.ts'

export { scanRules } from './scan-rules.ts'
