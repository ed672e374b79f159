// Predicate https://model_signing/signature/v1.0 (OpenSSF Model Signing, OMS v1.0): the resources
// of a model by digest, and how they were cut. The root digest, SHA-256 over the raw digests in
// listed order, is the statement's only subject.
// INVARIANT: names are unique and relative, so that one list describes one model and nothing
// outside it.

import { type HexDigest, sha256Hex } from '../digest.ts'
import { concatBytes, fromHex, utf8 } from '../encoding.ts'
import { OperatingError } from '../errors.ts'
import { isJsonObject } from '../json.ts'
import {
  type Check,
  count,
  listOf,
  oneOf,
  record,
  refuseShape,
  type Shape,
  shapeOf,
  sha256Text,
  someText,
} from '../shape.ts'
import type { PredicateType } from '../statement.ts'

/** A file of a model, or `path:start:end` for a part of one. */
export type OmsResource = {
  readonly name: string
  /**
   * For a shard, as the reference implementation names it, with the shard size; some writers say
   * `sha256` there too.
   */
  readonly algorithm: 'sha256' | `sha256-sharded-${number}`
  readonly digest: HexDigest
}

/** How a model was cut into resources. */
export type OmsSerialization = {
  readonly method: 'files' | 'shards'
  readonly hash_type: 'sha256'
  readonly allow_symlinks: boolean
  /** Paths relative to the model that the signature does not cover, with everything below them. */
  readonly ignore_paths?: readonly string[]
  /** Bytes per shard; only with method `shards`. */
  readonly shard_size?: number
}

/** The predicate of a model signature. */
export type ModelSignature = {
  readonly serialization: OmsSerialization
  readonly resources: readonly OmsResource[]
}

/**
 * Name of the only resource of a model that is one file, as the reference implementation writes and
 * expects it.
 */
export const singleFileName = '.'

/** Most resources read from one signature. */
const resourcesMax = 1_000_000

const bool: Check = (value, at) => {
  if (typeof value !== 'boolean') refuseShape(at, 'true or false')
}

const serialization: Check = (value, at, direction) => {
  record(
    {
      method: oneOf(['files', 'shards']),
      hash_type: oneOf(['sha256']),
      allow_symlinks: bool,
    },
    { ignore_paths: listOf(someText), shard_size: count },
  )(value, at, direction)
  if (!isJsonObject(value)) return
  const sharded = value['method'] === 'shards'
  const shardSize = value['shard_size']
  if (sharded ? !(Number(shardSize) >= 1) : shardSize !== undefined)
    refuseShape(`${at}.shard_size`, sharded ? 'at least 1' : 'given only with method `shards`')
}

const resource = record({ name: resourceName, algorithm: someText, digest: sha256Text })

const fields: Shape<ModelSignature> = shapeOf(
  record({ serialization, resources: listOf(resource, 1) }),
)

const check: Check = (value, at, direction) => {
  const { serialization: method, resources } = fields(value, at, direction)
  if (resources.length > resourcesMax)
    refuseShape(`${at}.resources`, `a list of at most ${resourcesMax}`)
  const names = new Set(resources.map(({ name }) => name))
  if (names.size !== resources.length) refuseShape(`${at}.resources`, 'a list of distinct names')
  if (names.has(singleFileName) && names.size > 1)
    refuseShape(`${at}.resources`, `either \`${singleFileName}\` alone or the files of a directory`)
  const shardSizeBytes = method.shard_size ?? 0
  if (method.method === 'shards')
    for (const { name } of resources) parseShardName(name, shardSizeBytes)
  const algorithms = [
    'sha256',
    ...(method.method === 'shards' ? [shardAlgorithm(shardSizeBytes)] : []),
  ]
  for (const [index, { algorithm }] of resources.entries())
    if (!algorithms.includes(algorithm))
      refuseShape(`${at}.resources[${index}].algorithm`, algorithms.join(' or '))
  if (direction === 'write' && !isSorted(resources))
    refuseShape(`${at}.resources`, 'sorted by code point of the name')
}

/** The predicate type of model signatures. */
export const modelSignature: PredicateType<ModelSignature> = {
  uri: 'https://model_signing/signature/v1.0',
  shape: shapeOf(check),
}

/**
 * How the reference implementation names SHA-256 over a shard; the bytes hashed are the shard's and
 * nothing else.
 */
export function shardAlgorithm(shardSizeBytes: number): OmsResource['algorithm'] {
  return `sha256-sharded-${shardSizeBytes}`
}

/** SHA-256 over the raw digests of the resources, in the order given. */
export function omsRootDigest(resources: readonly OmsResource[]): HexDigest {
  return sha256Hex(concatBytes(...resources.map(({ digest }) => fromHex(digest))))
}

/**
 * The resources sorted by code point of the whole name, the order OMS asks for (which is not UTF-16
 * order).
 */
export function sortResources(resources: readonly OmsResource[]): readonly OmsResource[] {
  // UTF-8 keeps code point order, so bytes compare as code points do.
  return resources
    .map((item) => ({ item, key: utf8(item.name) }))
    .toSorted((a, b) => compareBytes(a.key, b.key))
    .map(({ item }) => item)
}

/** A part of a file, by its name in a signature made by shards. */
export interface ShardName {
  readonly path: string
  readonly start: number
  readonly end: number
}

/**
 * The file and byte range of a shard's name.
 * @throws statement-malformed when it is not `path:start:end` on a shard's boundary
 */
export function parseShardName(name: string, shardSizeBytes: number): ShardName {
  const parts = /^(?<path>[^:]+):(?<start>0|[1-9]\d*):(?<end>[1-9]\d*)$/.exec(name)?.groups
  const start = Number(parts?.['start'])
  const end = Number(parts?.['end'])
  const fits = start % shardSizeBytes === 0 && end > start && end - start <= shardSizeBytes
  if (parts?.['path'] === undefined || !fits || !Number.isSafeInteger(end))
    throw new OperatingError(
      'statement-malformed',
      `\`${name}\` is no shard of ${shardSizeBytes} bytes`,
    )
  return { path: parts['path'], start, end }
}

/** A relative path without empty, `.` or `..` parts, or the name of a single-file model. */
function resourceName(...[value, at]: Parameters<Check>): void {
  const named = typeof value === 'string' && value !== ''
  const parts = named ? value.split('/') : ['']
  if (value !== singleFileName && parts.some((part) => ['', '.', '..'].includes(part)))
    refuseShape(at, 'a relative path without empty, `.` or `..` parts')
  if (named && value.includes('\0')) refuseShape(at, 'a path without NUL')
}

function isSorted(resources: readonly OmsResource[]): boolean {
  return sortResources(resources).every((item, index) => item === resources[index])
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
