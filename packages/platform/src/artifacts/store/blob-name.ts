// Names of blobs: what is a safe path in a folder and a plain key in a bucket alike.

import { assert } from '@proofhouse/evidence'

const segment = /^[a-z0-9][a-z0-9._-]{0,127}$/
const segmentsMax = 8

/**
 * The name, which must be one: up to 8 parts of lower-case letters, digits and `.`, `_`, `-`, each
 * beginning with one of the first two. Nothing that people choose becomes a name unchecked.
 */
export function requireBlobName(name: string): string {
  const parts = name.split('/')
  const isName = parts.length <= segmentsMax && parts.every((part) => segment.test(part))
  assert(isName, `\`${name}\` is no name of a blob`)
  return name
}
