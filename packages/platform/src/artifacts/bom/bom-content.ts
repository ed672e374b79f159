// What a bill of materials says, before it is written in one format or another: the system, its model, the data it was made
// and tested with, and every package.

import type { NotChecked, Package } from '../inventory/package.ts'

/** A measure of the model. */
export interface BomMetric {
  readonly name: string
  /** `sex=female`, or the columns compared; empty for everyone. */
  readonly slice: string
  /** Null where the data do not define it. */
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}

/** A rule about people, and what became of it. */
export interface BomFairness {
  /** The groups compared, by their columns. */
  readonly group: string
  readonly finding: string
  /** What was tried against it; empty for nothing. */
  readonly mitigation: string
}

/** What an assessment found of a model. */
export interface BomAssessment {
  readonly runId: string
  readonly verdict: string
  readonly policyDigest: string
  /** When, ISO 8601. */
  readonly time: string
  readonly task: string
  /** The column that is predicted. */
  readonly label: string
  /** Of two classes the one that selects; null for other tasks. */
  readonly positiveClass: string | null
  /** How many columns the model reads; null without a model. */
  readonly features: number | null
  readonly purpose: string
  readonly owner: string
  readonly riskClass: string
  readonly jurisdictions: readonly string[]
  readonly confidence: number
  /** Score from which a row counts as selected; null when the model decides. */
  readonly threshold: number | null
  readonly metrics: readonly BomMetric[]
  readonly fairness: readonly BomFairness[]
  readonly limitations: readonly string[]
  /** What was tried against a rule that did not hold, and whether it was worth what it cost. */
  readonly tradeoffs: readonly string[]
}

/** A model. */
export interface BomModel {
  readonly name: string
  /** OMS root digest; null where it is not known. */
  readonly rootDigest: string | null
  /** Its files by SHA-256; none where the bytes were not at hand. */
  readonly files: readonly { readonly name: string; readonly sha256: string }[]
}

/** A set of data. */
export interface BomData {
  readonly role: string
  readonly name: string
  readonly sha256: string
  readonly sizeBytes: number
  readonly rows: number
  readonly columns: number
  /** Names of its columns that are sensitive. */
  readonly sensitive: readonly string[]
}

/** Everything a bill of materials says. */
export interface BomContent {
  readonly name: string
  readonly version: string | null
  readonly model: BomModel | null
  readonly assessment: BomAssessment | null
  readonly data: readonly BomData[]
  readonly packages: readonly Package[]
  /** What is there and could not be named with a version. */
  readonly notNamed: readonly NotChecked[]
  readonly tool: { readonly name: string; readonly version: string }
  /** ISO 8601, UTC, to the second or finer. */
  readonly time: string
}

/** Identifiers of the model and the data within a BOM. */
export const modelReference = ({ name, rootDigest }: BomModel): string =>
  `model:${rootDigest ?? name}`

/** See `modelReference`. */
export const dataReference = ({ role, sha256 }: BomData): string => `data:${role}:${sha256}`

/** Packages in the order of their package URLs, each once. */
export function sortedPackages({ packages }: BomContent): Package[] {
  const byPurl = new Map(packages.map((one) => [one.purl, one]))
  return [...byPurl.values()].toSorted((a, b) => (a.purl < b.purl ? -1 : 1))
}

/** A digest, by the algorithm's name in lower case without a hyphen, such as `sha256`. */
interface Digest {
  readonly algorithm: string
  readonly digest: string
}

/** Every digest of a package that is one. */
function allDigests({ hashes }: Package): Digest[] {
  return hashes.flatMap((text) => {
    const [, name = '', digest = ''] = /^([a-z0-9-]+):([0-9a-f]+)$/u.exec(text) ?? []
    const algorithm = name.replaceAll('-', '')
    return digestLengths[algorithm] === digest.length ? [{ algorithm, digest }] : []
  })
}

/**
 * Digests of the one file that a package is installed from; none where a lock names several, such as wheels for several
 * machines: which one it will be is not known then.
 */
export function ownDigests(one: Package): Digest[] {
  const all = allDigests(one)
  const isOne = new Set(all.map(({ algorithm }) => algorithm)).size === all.length
  return isOne ? all : []
}

/** Digests of the files of which a package is installed from one, as `sha256:…`; none where there is but one. */
export function possibleDigests(one: Package): string[] {
  return ownDigests(one).length > 0
    ? []
    : allDigests(one).map(({ algorithm, digest }) => `${algorithm}:${digest}`)
}

const digestLengths: Readonly<Record<string, number>> = {
  md5: 32,
  sha1: 40,
  sha256: 64,
  sha384: 96,
  sha512: 128,
}
