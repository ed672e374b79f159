// Decisions from a file of JSON lines into the log of a workspace: `proofhouse decisions record`.

import { type JsonValue, OperatingError, parseJson } from '@proofhouse/evidence'
import { type DecisionLogInUse, withDecisionLog } from './decision-log-access.ts'
import type { Services } from './services.ts'

const fileSizeMaxBytes = 1_073_741_824
const batchLines = 500
const lineFeed = 0x0a

/** What came of a file of decisions. */
export interface RecordedDecisions {
  readonly accepted: number
  readonly repeated: number
  /** Taken without content: the person was erased after they were made. */
  readonly erased: number
  /** The first lines that were refused, and why. */
  readonly refused: readonly { readonly line: number; readonly problem: string }[]
  readonly refusedCount: number
  readonly size: number
}

const refusedShownMax = 100

/**
 * Takes the decisions of a file, one JSON object on each line; on return those accepted are durable.
 * @throws file-missing, limit-exceeded, and what the log throws
 */
export async function recordDecisions(
  { file, folder }: { readonly file: string; readonly folder: string },
  services: Services,
): Promise<RecordedDecisions> {
  const bytes = await services.files.read(file, fileSizeMaxBytes)
  return withDecisionLog(services, folder, (opened) => record(bytes, opened))
}

async function record(bytes: Uint8Array, { log }: DecisionLogInUse): Promise<RecordedDecisions> {
  const refused: { readonly line: number; readonly problem: string }[] = []
  const counts = { accepted: 0, repeated: 0, erased: 0, refused: 0 }
  const refuse = (line: number, problem: string) => {
    counts.refused += 1
    if (refused.length < refusedShownMax) refused.push({ line, problem })
  }
  let batch: { readonly line: number; readonly value: JsonValue }[] = []
  const flush = async () => {
    const outcomes = await log.append(batch.map(({ value }) => value))
    for (const [n, outcome] of outcomes.entries()) {
      if (outcome.status === 'refused') refuse(batch[n]?.line ?? 0, outcome.problem)
      else counts[outcome.status] += 1
    }
    batch = []
  }
  let line = 0
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(lineFeed, at)
    const text = bytes.subarray(at, end < 0 ? bytes.length : end)
    at += text.length + 1
    line += 1
    if (text.every((byte) => byte === 0x20 || byte === 0x0d)) continue
    const value = valueOf(text)
    if (value === null) refuse(line, 'it is no JSON that every reader reads alike')
    else batch.push({ line, value: value.value })
    if (batch.length >= batchLines) await flush()
  }
  await flush()
  const { refused: refusedCount, ...others } = counts
  // Of a batch, lines that are no JSON were told before those that the log refused.
  refused.sort((a, b) => a.line - b.line)
  return { ...others, refused, refusedCount, size: log.size }
}

function valueOf(text: Uint8Array): { readonly value: JsonValue } | null {
  try {
    return { value: parseJson(text, 'decision-malformed') }
  } catch (error) {
    if (error instanceof OperatingError) return null
    throw error
  }
}
