// Workflows: one file per use case that spans domains.

export { type Assessment, type AssessRequest, assessSystem } from './assess-system.ts'
export type { FileDigest, Files, Services, Workspace } from './services.ts'
