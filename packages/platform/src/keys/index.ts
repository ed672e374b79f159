// Keys: what signs statements, models and checkpoints, and what wraps the keys that encrypt.

export {
  encodeKeyBinding,
  isKeyId,
  type KeyAddress,
  type KeyBinding,
  type KeyKind,
  keyKinds,
} from './key-binding.ts'
export {
  type KeyWrapper,
  keySizeBytes,
  keyWrapper,
  unwrapFailed,
  wrappedUnder,
} from './key-wrapper.ts'
export type {
  KeyFiles,
  KeyProvider,
  KeyRecord,
  KeyStore,
  ProviderKind,
  RecordAddress,
  RootKey,
  RootWrapped,
} from './ports.ts'
export { type SigningKey, signingKeyFromPem } from './signing-key.ts'
export { keyFileNames, openLedgerKey, openSigningKey } from './workspace-keys.ts'
