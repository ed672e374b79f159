// Keys: what signs statements, models and checkpoints.

export type { KeyFiles } from './ports.ts'
export { type SigningKey, signingKeyFromPem } from './signing-key.ts'
export { keyFileNames, openLedgerKey, openSigningKey } from './workspace-keys.ts'
export { openWitnessKey } from './witness-key.ts'
