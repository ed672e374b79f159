// How the files of a decision log lie in a bucket, and which of its objects count.
// A file is a generation of parts: `files/NAME/GENERATION/START-FENCE`, from byte 0 on without gaps. Replacing a file is one object of a
// newer generation. Every server that opens the vault takes a fence, greater than any before, in the object `holder`, then looks
// at what is there, then writes down in `holder` how far each file goes. From then on what a server with an older fence puts beyond that does
// not count, whenever it arrives.

import { isJsonObject, OperatingError, parseJson, utf8 } from '@proofhouse/evidence'

/** Name of the object that says who may write. */
export const holderPath = 'holder'
/** Beginning of the names of all parts. */
export const filesPath = 'files/'

/** A part of a file. */
export interface Part {
  readonly path: string
  readonly start: number
  readonly sizeBytes: number
}

/** A file: parts behind one another. */
export interface PartFile {
  readonly generation: number
  readonly parts: readonly Part[]
  readonly sizeBytes: number
}

/** Who may write, and what counts of earlier servers. */
export interface Holder {
  /** Of whoever opened last. */
  readonly fence: number
  /** Of whoever last wrote down how far each file goes: generation and size by name. */
  readonly recorded: {
    readonly fence: number
    readonly files: Readonly<Record<string, readonly [number, number]>>
  }
}

/** Before anybody opened the vault. */
export const nobody: Holder = { fence: 0, recorded: { fence: 0, files: {} } }

const digits = (value: number, count: number) => String(value).padStart(count, '0')

/** The name of a part. */
export const partPath = (name: string, generation: number, start: number, fence: number): string =>
  `${filesPath}${name}/${digits(generation, 12)}/${digits(start, 15)}-${digits(fence, 9)}`

const partPattern = /^files\/([^/]+)\/(\d{12})\/(\d{15})-(\d{9})$/

/** The bytes of the holder's object. */
export const encodeHolder = (holder: Holder): Uint8Array =>
  utf8(JSON.stringify({ version: 1, ...holder }))

/** @throws ledger-corrupt */
export function decodeHolder(bytes: Uint8Array): Holder {
  const value = parseJson(bytes, 'ledger-corrupt')
  const { version, fence, recorded } = isJsonObject(value) ? value : {}
  const { fence: recordedFence, files } = isJsonObject(recorded) ? recorded : {}
  if (version !== 1 || !isCount(fence) || !isCount(recordedFence) || !isJsonObject(files))
    throw notOurs()
  const extents = Object.entries(files).map(([name, extent]) => {
    const [generation, sizeBytes] = isPair(extent) ? extent : []
    if (!isCount(generation) || !isCount(sizeBytes)) throw notOurs()
    return [name, [generation, sizeBytes]] as const
  })
  return { fence, recorded: { fence: recordedFence, files: Object.fromEntries(extents) } }
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0

const isPair = (value: unknown): value is readonly unknown[] => Array.isArray(value)

const notOurs = () =>
  new OperatingError(
    'ledger-corrupt',
    `\`${holderPath}\` in the bucket does not say who holds the vault; restore it from an older version of the bucket`,
  )

/** The files that some objects make, the objects that count for nothing, and a generation that none of them has. */
export function filesOf(
  objects: readonly { readonly path: string; readonly sizeBytes: number }[],
  { recorded }: Holder,
) {
  const found = objects.map(({ path, sizeBytes }) => {
    const [, name = '', generation, start, fence] = partPattern.exec(path) ?? []
    return {
      path,
      name,
      sizeBytes,
      generation: Number(generation),
      start: Number(start),
      fence: Number(fence),
    }
  })
  const counts = found.filter(({ name, generation, start, fence }) => {
    if (fence === recorded.fence) return true
    const [recordedGeneration, sizeBytes] = recorded.files[name] ?? []
    return generation === recordedGeneration && (start < (sizeBytes ?? 0) || start === 0)
  })
  const files = new Map<string, PartFile>()
  for (const [name, ofName] of Map.groupBy(counts, (one) => one.name)) {
    const generation = Math.max(...ofName.map((one) => one.generation))
    const parts = chainOf(ofName.filter((one) => one.generation === generation))
    const last = parts.at(-1)
    if (last !== undefined)
      files.set(name, { generation, parts, sizeBytes: last.start + last.sizeBytes })
  }
  const used = new Set([...files.values()].flatMap(({ parts }) => parts.map(({ path }) => path)))
  return {
    files,
    strays: objects.map(({ path }) => path).filter((path) => !used.has(path)),
    nextGeneration: 1 + found.reduce((most, one) => Math.max(most, one.generation || 0), 0),
  }
}

/** Parts from byte 0 on, as far as one follows another; of two at one place, the newer server's. */
function chainOf(parts: readonly (Part & { readonly fence: number })[]): Part[] {
  const chain: Part[] = []
  let end = 0
  for (const { path, start, sizeBytes } of parts.toSorted(
    (a, b) => a.start - b.start || b.fence - a.fence,
  )) {
    if (start !== end || (chain.length > 0 && chain.at(-1)?.start === start)) continue
    chain.push({ path, start, sizeBytes })
    end += sizeBytes
  }
  return chain
}

/** The parts that hold bytes of a range, found from the end of those before it. */
export function partsWithin(parts: readonly Part[], from: number, to: number): readonly Part[] {
  let [low, high] = [0, parts.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const part = parts[middle]
    if (part !== undefined && part.start + part.sizeBytes <= from) low = middle + 1
    else high = middle
  }
  const found: Part[] = []
  for (let n = low; n < parts.length; n++) {
    const part = parts[n]
    if (part === undefined || part.start >= to) break
    found.push(part)
  }
  return found
}
