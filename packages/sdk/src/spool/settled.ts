// How far a spool is settled, where its segments do not tell: so that what was refused is not sent again after an opening.

import { isJsonObject, OperatingError, parseJson } from '@proofhouse/evidence'
import type { SpoolFiles } from './ports.ts'

const settledFile = 'settled'
const sizeMaxBytes = 1_024

/** Number below which everything is known to be settled. @throws spool-corrupt */
export async function readSettled(files: SpoolFiles): Promise<number> {
  const bytes = await files.read(settledFile, 0, sizeMaxBytes)
  if (bytes === null) return 0
  const value = parseJson(bytes, 'spool-corrupt')
  const settled = isJsonObject(value) ? value['settled'] : undefined
  if (typeof settled === 'number' && Number.isSafeInteger(settled) && settled >= 0) return settled
  throw new OperatingError('spool-corrupt', `\`${settledFile}\` of the spool is damaged`)
}

/** Writes that down; durable on return. */
export const writeSettled = (files: SpoolFiles, settled: number): Promise<void> =>
  files.create(settledFile, Buffer.from(JSON.stringify({ settled })))
