// The files of a container image that name packages, from the archive of `docker save`, of an OCI layout or of `docker export`:
// layers laid over each other, later ones hiding what earlier ones had (OCI image-spec, layer.md: whiteouts).

import { createGunzip, createZstdDecompress } from 'node:zlib'
import { Readable } from 'node:stream'
import { OperatingError, parseJson } from '@proofhouse/evidence'
import { fileChunks, filePart, streamed } from './byte-sources.ts'
import { fieldsOf, listIn, textIn } from './document.ts'
import type { OpenedFile } from './ports.ts'
import { type ByteSource, tarEntries } from './tar-entries.ts'

const layersMax = 512
const indexesMax = 64
const jsonMaxBytes = 16 * 1_048_576
/** Unpacked bytes of all layers that are passed; a layer that is named again is unpacked again. */
const unpackedMaxBytes = 64 * 1_073_741_824

/** Which files are kept, and how much of them. */
interface Wanted {
  isWanted(path: string): boolean
  readonly fileMaxBytes: number
  readonly totalMaxBytes: number
}

interface Blob {
  readonly offset: number
  readonly sizeBytes: number
}

interface Layer {
  readonly file: OpenedFile
  readonly blob: Blob
  /** Bytes that were kept of all layers so far, those that later layers hide included, and bytes that were unpacked. */
  readonly held: { bytes: number; unpackedBytes: number }
}

/** The wanted files of every image in an archive, by path. @throws inventory-malformed, limit-exceeded */
export async function imageFiles(
  file: OpenedFile,
  path: string,
  wanted: Wanted,
): Promise<Map<string, Uint8Array>> {
  const blobs = new Map<string, Blob>()
  for await (const entry of tarEntries(filePart(file, 0, file.sizeBytes)))
    if (entry.kind === 'file') blobs.set(entry.path, entry)
  const found = new Map<string, Uint8Array>()
  const held = { bytes: 0, unpackedBytes: 0 }
  // A root file system, as `docker export` writes it, is its own and only layer.
  const isSaved = blobs.has('manifest.json') || blobs.has('index.json')
  if (!isSaved && [...blobs.keys()].some((name) => wanted.isWanted(name))) {
    await layOver(found, { file, blob: { offset: 0, sizeBytes: file.sizeBytes }, held }, wanted)
    return found
  }
  const images = await imagesOf(file, blobs, path)
  for (const [n, layers] of images.entries()) {
    const own = new Map<string, Uint8Array>()
    for (const name of layers) {
      const blob = blobs.get(name)
      if (blob === undefined)
        throw new OperatingError('inventory-malformed', `\`${path}\` has no layer \`${name}\``)
      await layOver(own, { file, blob, held }, wanted)
    }
    // Each image has a root of its own; what one has does not hide what another has.
    const root = images.length === 1 ? '' : `image ${n + 1}/`
    for (const [name, bytes] of own) found.set(`${root}${name}`, bytes)
  }
  return found
}

/** The layers' names in their order, of every image: of several names, or for several machines. */
async function imagesOf(
  file: OpenedFile,
  blobs: ReadonlyMap<string, Blob>,
  path: string,
): Promise<string[][]> {
  const read = async (name: string): Promise<unknown> => {
    const blob = blobs.get(name)
    if (blob === undefined || blob.sizeBytes > jsonMaxBytes)
      throw new OperatingError('inventory-malformed', `\`${path}\` has no readable \`${name}\``)
    return parseJson(await file.read(blob.offset, blob.sizeBytes), 'inventory-malformed')
  }
  const images: string[][] = []
  if (blobs.has('manifest.json'))
    for (const image of listIn(await read('manifest.json')))
      images.push(listIn(fieldsOf(image)['Layers']).map((layer) => textIn(layer) ?? ''))
  else if (blobs.has('index.json')) {
    const waiting = ['index.json']
    for (let seen = 0; waiting.length > 0; seen++) {
      if (seen > indexesMax)
        throw new OperatingError('limit-exceeded', `\`${path}\` has over ${indexesMax} manifests`)
      const document = fieldsOf(await read(waiting.shift() ?? ''))
      images.push(listIn(document['layers']).map(blobName))
      waiting.push(...listIn(document['manifests']).filter(isImage).map(blobName))
    }
  } else
    throw new OperatingError(
      'inventory-malformed',
      `\`${path}\` is no image: it has neither \`manifest.json\` nor \`index.json\`; save one with \`docker save\``,
    )
  if (images.flat().length > layersMax)
    throw new OperatingError('limit-exceeded', `\`${path}\` has over ${layersMax} layers`)
  const different = new Map(images.map((layers) => [layers.join(' '), layers]))
  return [...different.values()].filter((layers) => layers.length > 0)
}

/** Statements about an image lie beside it like another one (BuildKit, "Image attestation storage"). */
const isImage = (descriptor: unknown): boolean =>
  fieldsOf(fieldsOf(descriptor)['annotations'])['vnd.docker.reference.type'] !==
  'attestation-manifest'

const blobName = (descriptor: unknown): string =>
  `blobs/${(textIn(fieldsOf(descriptor)['digest']) ?? '').replace(':', '/')}`

async function layOver(
  found: Map<string, Uint8Array>,
  { file, blob, held }: Layer,
  wanted: Wanted,
): Promise<void> {
  const end = blob.offset + blob.sizeBytes
  const start = await file.read(blob.offset, Math.min(4, blob.sizeBytes))
  const unpacked = unpack(fileChunks(file, blob.offset, end), start)
  const own = new Map<string, Uint8Array>()
  try {
    for await (const entry of tarEntries(
      bounded(streamed(unpacked[Symbol.asyncIterator]()), held),
    )) {
      const folder = entry.path.slice(0, entry.path.lastIndexOf('/') + 1)
      const name = entry.path.slice(folder.length)
      if (name === '.wh..wh..opq') forget(found, folder)
      else if (name.startsWith('.wh.')) {
        found.delete(folder + name.slice('.wh.'.length))
        forget(found, `${folder}${name.slice('.wh.'.length)}/`)
      } else if (wanted.isWanted(entry.path)) {
        const linked = entry.kind === 'hard-link' ? own.get(entry.target) : undefined
        if (entry.kind === 'file') {
          checkSize(entry.path, entry.sizeBytes, wanted.fileMaxBytes)
          own.set(entry.path, await entry.content())
        } else if (linked !== undefined) own.set(entry.path, linked)
        held.bytes += own.get(entry.path)?.length ?? 0
        checkSize('the files of packages', held.bytes, wanted.totalMaxBytes)
      }
    }
  } catch (cause) {
    if (cause instanceof OperatingError) throw cause
    throw new OperatingError('inventory-malformed', 'a layer of the image cannot be unpacked', {
      cause,
    })
  }
  for (const [path, bytes] of own) found.set(path, bytes)
}

function unpack(chunks: AsyncIterable<Uint8Array>, start: Uint8Array): AsyncIterable<Uint8Array> {
  const isGzip = start[0] === 0x1f && start[1] === 0x8b
  const isZstd = start[0] === 0x28 && start[1] === 0xb5 && start[2] === 0x2f
  if (!isGzip && !isZstd) return chunks
  const from = Readable.from(chunks)
  const to = isGzip ? createGunzip() : createZstdDecompress()
  from.on('error', (error) => to.destroy(error))
  return from.pipe(to)
}

/** A source that ends with a refusal rather than a bomb. */
function bounded(source: ByteSource, held: Layer['held']): ByteSource {
  const count = (length: number) => {
    held.unpackedBytes += length
    checkSize('its layers together', held.unpackedBytes, unpackedMaxBytes)
  }
  return {
    async take(length) {
      count(length)
      return source.take(length)
    },
    async skip(length) {
      count(length)
      return source.skip(length)
    },
  }
}

function checkSize(what: string, sizeBytes: number, maxBytes: number): void {
  if (sizeBytes > maxBytes)
    throw new OperatingError('limit-exceeded', `${what} has more than ${maxBytes} bytes`)
}

function forget(found: Map<string, Uint8Array>, folder: string): void {
  for (const path of found.keys()) if (path.startsWith(folder)) found.delete(path)
}
