// Workflows: one file per use case that spans domains.

export { assessSystem } from './assess-system.ts'
export { explainRow } from './explain-row.ts'
export { checkLedger } from './check-ledger.ts'
export { gateEvidence } from './gate-evidence.ts'
export { type Imported, importResults } from './import-results.ts'
export { proveEntry } from './prove-entry.ts'
export type { FileDigest, Files, Services, Workspace } from './services.ts'
export { signPath } from './sign-path.ts'
export { verifyPackFile } from './verify-pack.ts'
export { verifyPath } from './verify-path.ts'
