// What a model's signature covers and what it does not, for `sign` and `verify`.

import type { PathVerdict } from '../workflows/index.ts'
import { counted } from './print-lines.ts'

type VerifiedModel = Extract<PathVerdict, { readonly verified: true }>['model']

const reasons: Readonly<Record<VerifiedModel['uncovered'][number]['why'], string>> = {
  signature: 'the signature itself',
  ignored: 'left out by the signer',
  'ignored-by-verifier': 'ignored as you asked',
  empty: 'an empty file has no part to sign',
  'not-signed': 'not signed',
}

/** `3 files`, or `7 parts of files` where they were cut. */
export function countedResources(method: VerifiedModel['method'], count: number): string {
  return method === 'shards'
    ? counted(count, 'part of files', 'parts of files')
    : counted(count, 'file')
}

/** A line for each path that is not covered, or is so by what a link points to; one line if there is none. */
export function notCoveredLines({
  links,
  uncovered,
}: Pick<VerifiedModel, 'links' | 'uncovered'>): readonly string[] {
  return [
    ...links.map((path) => `through a link: ${path}`),
    ...(uncovered.length === 0 ? ['every file is covered'] : []),
    ...uncovered.map(({ path, why }) => `not covered: ${path} (${reasons[why]})`),
  ]
}
