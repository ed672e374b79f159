// Keys: what signs statements, models and checkpoints, what wraps the keys that encrypt, and what encrypts.

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
} from './ports.ts'
export { type KeyReason, readKey } from './key-changes.ts'
export {
  type ProviderSettings,
  providerSettingsDefault,
  providerSettingsName,
  readProviderSettings,
} from './provider-settings.ts'
export {
  type Keyring,
  openKeyring,
  type RotationState,
  rotationState,
} from './keyring.ts'
export type { KeysElsewhere } from './keys-elsewhere.ts'
export { addressesOf } from './rewrap.ts'
export { newestOf } from './stored-key.ts'
export { type LedgerKey, type SigningKey, signingKeyFromPem } from './signing-key.ts'
export { type HeldKeyPlace, readHeldKeyPlace } from './held-key-place.ts'
export {
  type HeldKey,
  type HeldKeyKind,
  heldKeyKind,
  heldLedgerKey,
  heldSigningKey,
  heldWitnessKey,
} from './held-key.ts'
export {
  keyFileNames,
  keyFolders,
  openHeldLedgerKey,
  openLedgerKey,
  openSigningKey,
  readLedgerKey,
} from './workspace-keys.ts'
export { openWitnessKey } from './witness-key.ts'
export { tenantKeyAddress } from './tenant-keys.ts'

// Encryption
export { gcmNonceSizeBytes, gcmTagSizeBytes, openGcm, sealGcm } from './aes-gcm.ts'
export { type HkdfHash, hkdfExpand, hkdfExtract, hmac } from './hkdf.ts'
export {
  type ChunkedKey,
  type ChunkedMessage,
  chunkedMessageSize,
  decryptChunks,
  encryptChunks,
  openChunked,
} from './chunked-encryption.ts'
