// What an assessment reads: data files as tables, the model as checked bytes. Everything is named by digest before anything
// is computed from it, and the bytes that are checked are the bytes that are run.

import {
  type Bytes,
  OperatingError,
  omsRootDigest,
  sha256Hex,
  singleFileName,
} from '@proofhouse/evidence'
import { checkOnnx, type OnnxReport, requireCleanOnnx } from '../artifacts/index.ts'
import type { AggregateEngine, DataTable } from '../assess/index.ts'
import type { DataRole, ModelSettings, SystemFile } from '../registry/index.ts'
import { type ModelScan, scanModelFile } from './scan-model.ts'
import type { DigestedScan } from './scan-statement.ts'
import type { Services } from './services.ts'
import { type ModelVerification, verifyModelBytes } from './verify-model-bytes.ts'

/** Protobuf, and so ONNX, cannot be larger. */
const modelSizeMaxBytes = 2 ** 31 - 1

const roles: readonly DataRole[] = ['train', 'test', 'reference', 'current', 'labels']

/** Larger native files are not read: what is explained in reasonable time is far smaller. */
const nativeSizeMaxBytes = 134_217_728

/** The file of the library that trained the model. */
interface NativeFile {
  /** As the system file names it. */
  readonly path: string
  readonly text: string
  readonly sizeBytes: number
  readonly sha256: string
  readonly scan: DigestedScan
}

/** A model whose bytes passed the structural check and the scan. */
export interface CheckedModel {
  /** As the system file names it. */
  readonly path: string
  readonly bytes: Bytes
  readonly sha256: string
  readonly rootDigest: string
  readonly check: OnnxReport
  readonly scan: ModelScan
  /** Whose signature holds for the bytes; null where the system file demands none. */
  readonly verification: ModelVerification | null
  /** Null where none is named. */
  readonly native: NativeFile | null
}

/** A data file as the system file names it, and what is in it. */
interface NamedTable {
  readonly role: DataRole
  readonly path: string
  readonly table: DataTable
}

/** Everything an assessment reads. */
export interface AssessmentInputs {
  readonly tables: readonly NamedTable[]
  readonly test: AggregateEngine
  /** Two periods to compare; null unless both are named. */
  readonly periods: {
    readonly reference: AggregateEngine
    readonly current: AggregateEngine
  } | null
  /** The rows the model learnt from; null when none are named. */
  readonly train: AggregateEngine | null
  /** Labels of the current period that came later; null when there are none. */
  readonly labels: AggregateEngine | null
  readonly model: CheckedModel | null
  close(): Promise<void>
}

/** Where to find the inputs, and how to tell that one is being read. */
interface OpenRequest {
  readonly file: SystemFile
  /** Resolves a path of the system file. */
  readonly locate: (path: string) => string
  readonly signal: AbortSignal
  readonly progress: (step: string) => void
}

/**
 * Opens every input.
 * @throws file-missing, file-unreadable, data-malformed, model-malformed, model-refused, interrupted; where a signature
 *   is demanded and does not hold, model-changed, envelope-signature-invalid, certificate-untrusted, bundle-malformed
 */
export async function openInputs(
  services: Pick<Services, 'files' | 'data' | 'keyless' | 'now'>,
  request: OpenRequest,
): Promise<AssessmentInputs> {
  const { file, locate, progress, signal } = request
  const model = file.model === null ? null : await openModel(services, file.model, request)
  const tables: NamedTable[] = []
  const open = new Map<DataRole, AggregateEngine>()
  const close = async () => {
    for (const engine of open.values()) await engine.close()
  }
  try {
    for (const role of roles) {
      const path = file.data[role]
      if (path === undefined) continue
      progress(`reading ${path}`)
      const engine = await services.data.open(locate(path), signal)
      tables.push({ role, path, table: engine.table })
      open.set(role, engine)
    }
    const test = open.get('test')
    if (test === undefined) throw new OperatingError('config-invalid', '`data.test` is missing')
    const [reference, current] = [open.get('reference'), open.get('current')]
    const periods = reference === undefined || current === undefined ? null : { reference, current }
    return {
      tables,
      test,
      periods,
      train: open.get('train') ?? null,
      labels: open.get('labels') ?? null,
      model,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function openModel(
  services: Pick<Services, 'files' | 'keyless' | 'now'>,
  { path, native: nativePath, signature }: ModelSettings,
  request: OpenRequest,
): Promise<CheckedModel> {
  const { files, now } = services
  const { locate, progress, signal } = request
  progress(`checking ${path}`)
  const bytes = await files.read(locate(path), modelSizeMaxBytes)
  const startedAt = now()
  const check = checkOnnx(bytes)
  requireCleanOnnx(path, check)
  const scanned = await scanModelFile(path, bytes, signal)
  const sha256 = sha256Hex(bytes)
  const rootDigest = omsRootDigest([{ name: singleFileName, algorithm: 'sha256', digest: sha256 }])
  const native = await openNative(files, nativePath, request)
  const scan = {
    files: [scanned, ...(native === null ? [] : [native.scan])],
    startedAt,
    finishedAt: now(),
  }
  const verification =
    signature === null ? null : await verifyModelBytes(services, { path, bytes }, signature, locate)
  return { path, bytes, sha256, rootDigest, check, scan, verification, native }
}

async function openNative(
  files: Services['files'],
  path: string | null,
  { locate, progress, signal }: OpenRequest,
): Promise<NativeFile | null> {
  if (path === null) return null
  progress(`reading ${path}`)
  const bytes = await files.read(locate(path), nativeSizeMaxBytes)
  const scan = await scanModelFile(path, bytes, signal)
  const text = new TextDecoder().decode(bytes)
  return { path, text, sizeBytes: bytes.length, sha256: sha256Hex(bytes), scan }
}
