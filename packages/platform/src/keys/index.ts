// Keys: what signs statements, models and checkpoints, and what encrypts.

export type { KeyFiles } from './ports.ts'
export { type SigningKey, signingKeyFromPem } from './signing-key.ts'
export { keyFileNames, openLedgerKey, openSigningKey } from './workspace-keys.ts'

// Encryption
export { openGcm, sealGcm } from './aes-gcm.ts'
export { type HkdfHash, hkdfExpand, hkdfExtract, hmac } from './hkdf.ts'
export {
  type ChunkedKey,
  type ChunkedMessage,
  chunkedMessageSize,
  decryptChunks,
  encryptChunks,
  openChunked,
} from './chunked-encryption.ts'
