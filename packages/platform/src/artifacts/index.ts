// Artifacts: models and other files by digest, signed, verified and checked.

// Signatures
export type { ByteRange, FoundPath, ModelFiles } from './ports.ts'
export {
  defaultCut,
  defaultIgnorePaths,
  type HashedModel,
  hashModel,
  type ModelCut,
  type UncoveredPath,
} from './model-hash.ts'
export {
  ignorePathsFor,
  type ModelVerifyPolicy,
  signModel,
  type VerifiedModel,
  verifyModel,
} from './model-signing.ts'

// The structural check of ONNX files
export { checkOnnx, onnxSizeMaxBytes, requireCleanOnnx } from './onnx-check.ts'
export type { OnnxFinding, OnnxReport, OnnxRule, OnnxSummary } from './onnx-check-report.ts'
