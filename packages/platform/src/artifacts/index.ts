// Artifacts: models and other files by digest, signed, verified and checked.

// Signatures
export type {
  FoundPath,
  HashWork,
  KeylessChecker,
  KeylessIdentity,
  ModelFiles,
  OpenedFile,
} from './ports.ts'
export type { HttpRequest, HttpServer, HttpServers } from './http-ports.ts'
export { signModelKeyless } from './keyless-signing.ts'
export { bytesModelFiles } from './bytes-model-files.ts'
export { parseDigestList } from './digest-list.ts'
export {
  defaultCut,
  type HashedModel,
  hashModel,
  type ModelCut,
  rootDigestOf,
} from './model-hash.ts'
export { openSignature, publicKeyPemOf, type SignerPolicy } from './model-signer.ts'
export {
  ignorePathsFor,
  type ModelVerifyPolicy,
  signModel,
  type VerifiedModel,
  verifyModel,
} from './model-signing.ts'

// Certificates
export {
  type Certificate,
  certificatesFromPem,
  isSelfIssued,
  subjectText,
} from './certificates/certificate.ts'
export { assertChain, isSignedBy } from './certificates/certificate-path.ts'

// Time stamps
export {
  type TimeStamp,
  timeStampRequest,
  tokenInAnswer,
  verifyTimeStamp,
} from './time-stamps/time-stamp.ts'

// The structural check of ONNX files
export { checkOnnx, requireCleanOnnx } from './onnx-check.ts'
export type { OnnxReport } from './onnx-check-report.ts'
