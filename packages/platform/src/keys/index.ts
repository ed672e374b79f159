// Keys: what signs statements, models and checkpoints.

export type { KeyFiles } from './ports.ts'
export { type SigningKey, signingKeyFromPem } from './signing-key.ts'
export { keyFileNames, openLedgerKey, openSigningKey, readLedgerKey } from './workspace-keys.ts'
