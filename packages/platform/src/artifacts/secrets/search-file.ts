// Secrets of one file: decides by its first bytes how to read it, and searches it in pieces, so that memory does not grow
// with the file. What cannot be looked into is said, and never passes for searched.

import { Buffer } from 'node:buffer'
import type { FileContent } from './file-content.ts'
import { type FileTraits, traitsOf } from './file-traits.ts'
import { notebookParts } from './notebook-parts.ts'
import type { PlacedSecret, Seal } from './secret-finding.ts'
import { type SearchedContent, TextSearch } from './search-text.ts'
import {
  type Container,
  containerKind,
  endsAsZip,
  magicBytes,
  unpack,
  unpackedMaxBytes,
} from './unpack.ts'
import type { UnpackBudget } from './unpack-streams.ts'

/** Larger files are searched in pieces, and notebooks and UTF-16 among them not decoded. */
const wholeFileMaxBytes = 16 * 1_048_576
const pieceBytes = 4 * 1_048_576
/** A secret and what names it reach no further back or on. */
const leadBytes = 1_024
const tailBytes = 16_384
/** As git does: a NUL among the first bytes, and it is no text. */
const sniffedBytes = 8_000
/** Archives in archives. */
const depthMax = 4

const isBinary = (bytes: Uint8Array): boolean => bytes.subarray(0, sniffedBytes).includes(0)

const isUtf16 = ([first, second]: Uint8Array): boolean =>
  (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)

/** UTF-16 with its mark, as UTF-8; else the bytes as they are. */
function decoded(bytes: Uint8Array): Uint8Array {
  if (!isUtf16(bytes) || bytes.length % 2 === 1) return bytes
  const text = new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes)
  // UTF-32 begins alike; its text is full of NULs.
  return text.slice(0, sniffedBytes).includes('\0') ? bytes : new TextEncoder().encode(text)
}

interface Depth {
  readonly depth: number
  readonly budget: UnpackBudget
}

/** Searches a file of any size. `path` says how values are written in it; it is not opened. */
export function searchFile(path: string, file: FileContent, seal: Seal): Promise<SearchedContent> {
  return searchAtDepth(path, file, { seal, depth: 0, budget: { bytes: unpackedMaxBytes } })
}

type Options = Depth & { readonly seal: Seal }

async function searchAtDepth(
  path: string,
  file: FileContent,
  options: Options,
): Promise<SearchedContent> {
  const kind = containerKind(await file.read(0, Math.min(magicBytes, file.sizeBytes)))
  if (kind !== null) return searchInside(path, file, { ...options, kind })
  const bare = await searchBare(path, file, options.seal)
  if (!(await endsAsZip(file))) return bare
  return together([bare, await searchInside(path, file, { ...options, kind: 'zip' })])
}

async function searchInside(
  path: string,
  file: FileContent,
  { kind, ...options }: Options & { readonly kind: Container },
): Promise<SearchedContent> {
  if (options.depth >= depthMax) return nothing('it lies deeper in archives than is looked')
  const searched: SearchedContent[] = []
  for await (const member of unpack(kind, file, options.budget)) {
    if ('why' in member) {
      searched.push(nothing(member.why))
      continue
    }
    if (member.isBare === true) return searchBare(path, file, options.seal)
    const { name, content } = member
    const inside = await searchAtDepth(name ?? path.replace(/\.(?:gz|zst|bz2|xz)$/, ''), content, {
      ...options,
      depth: options.depth + 1,
    })
    searched.push(name === null ? inside : named(name, inside))
  }
  return together(searched)
}

const nothing = (why: string): SearchedContent => ({ findings: [], allowed: 0, incomplete: [why] })

/** What stands in a member of an archive is named by the member. */
function named(name: string, { findings, allowed, incomplete }: SearchedContent): SearchedContent {
  return {
    findings: findings.map((finding) => ({
      ...finding,
      member: finding.member === null ? name : `${name}!${finding.member}`,
    })),
    allowed,
    incomplete: incomplete.map((why) => `\`${name}\`: ${why}`),
  }
}

/** A file that is no container. */
async function searchBare(path: string, file: FileContent, seal: Seal): Promise<SearchedContent> {
  const { sizeBytes } = file
  const traits = traitsOf(path)
  if (sizeBytes <= wholeFileMaxBytes) {
    const bytes = decoded(await file.read(0, sizeBytes))
    return traits.notebook
      ? searchNotebook(bytes, { traits, seal })
      : searchWhole(bytes, { traits, seal })
  }
  let search: TextSearch | null = null
  const incomplete: string[] = []
  for (let start = 0; start < sizeBytes; start += pieceBytes) {
    const first = Math.max(0, start - leadBytes)
    const end = Math.min(sizeBytes, start + pieceBytes)
    const bytes = await file.read(first, Math.min(sizeBytes, end + tailBytes) - first)
    if (search === null) {
      search = new TextSearch({ traits, binary: isBinary(bytes), seal })
      if (traits.notebook) incomplete.push('it is larger than 16 MiB: its cells were not decoded')
      if (isUtf16(bytes)) incomplete.push('it is larger than 16 MiB: UTF-16 was not decoded')
    }
    search.search({ bytes, offset: first, from: start - first, to: end - first })
  }
  const result = search?.result() ?? nothing('it is empty')
  return { ...result, incomplete: [...result.incomplete, ...incomplete] }
}

interface Reading {
  readonly traits: FileTraits
  readonly seal: Seal
}

function searchWhole(bytes: Uint8Array, { traits, seal }: Reading): SearchedContent {
  const search = new TextSearch({ traits, binary: isBinary(bytes), seal })
  search.search({ bytes, offset: 0, from: 0, to: bytes.length })
  return search.result()
}

function searchNotebook(bytes: Uint8Array, { traits, seal }: Reading): SearchedContent {
  const parts = notebookParts(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString())
  if (parts === null) {
    const why = 'it is not a notebook that can be read: it was searched as plain text'
    return together([searchWhole(bytes, { traits, seal }), nothing(why)])
  }
  const encoder = new TextEncoder()
  const searched = parts.map(({ cell, part, text }) => {
    const result = searchWhole(encoder.encode(text), { traits, seal })
    const findings = result.findings.map((finding): PlacedSecret => {
      const { place } = finding
      return place.kind === 'line'
        ? { ...finding, place: { ...place, kind: 'cell', cell, part } }
        : finding
    })
    return { ...result, findings }
  })
  return together(searched)
}

function together(searched: readonly SearchedContent[]): SearchedContent {
  return {
    findings: searched.flatMap(({ findings }) => findings),
    allowed: searched.reduce((sum, { allowed }) => sum + allowed, 0),
    incomplete: searched.flatMap(({ incomplete }) => incomplete),
  }
}
