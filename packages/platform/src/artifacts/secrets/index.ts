// Secrets in files and history. An index of its own, because most commands never need it.

export {
  type Baseline,
  baselineSizeMaxBytes,
  formatBaseline,
  parseBaseline,
} from './baseline.ts'
export type { FileContent } from './file-content.ts'
export type { GitHistory, HistoryObject, ListedPath, SearchedFiles } from './ports.ts'
export { secretRulesDigest } from './rules-digest.ts'
export { type SearchedPaths, searchPaths } from './search-paths.ts'
export type { SecretFinding } from './secret-finding.ts'
export type { SecretSeverity } from './secret-rule.ts'
