// Keys: what signs statements, models and checkpoints, and what wraps the keys that encrypt.

export {
  encodeKeyBinding,
  isKeyId,
  isKeyVersion,
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
export type { KeyReason } from './key-changes.ts'
export type { DataKeyAddress, OpenedKey } from './data-keys.ts'
export {
  type Keyring,
  openKeyring,
  type RotationState,
  rotationDaysDefault,
  rotationState,
} from './keyring.ts'
export { addressesOf, type Rewrapped } from './rewrap.ts'
export { newestOf, type StoredKey } from './stored-key.ts'
export { type KeyUnwrapper, tenantKeyAddress } from './tenant-keys.ts'
export { type SigningKey, signingKeyFromPem } from './signing-key.ts'
export { keyFileNames, openLedgerKey, openSigningKey, readLedgerKey } from './workspace-keys.ts'
export { openWitnessKey } from './witness-key.ts'
