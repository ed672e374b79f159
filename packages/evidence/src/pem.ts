// PEM text (RFC 7468) around one DER structure. Reading tolerates line ends and widths, because
// people paste keys; writing has one spelling, 64 columns with a trailing line feed, because key
// hints hash that text.

import { type Bytes, fromBase64, toBase64 } from './encoding.ts'
import { OperatingError } from './errors.ts'

/** Longest PEM text read, in characters; a P-521 key needs under 400. */
const pemLengthMax = 16_384
const columns = 64

/**
 * The DER bytes of the only PEM block of a text.
 * @throws key-malformed when there is no such block, another label, anything around it, or bad
 *   base64
 */
export function parsePem(text: string, label: string): Bytes {
  const begin = `-----BEGIN ${label}-----`
  const end = `-----END ${label}-----`
  const body = text.trim()
  if (text.length > pemLengthMax || !body.startsWith(begin) || !body.endsWith(end))
    throw new OperatingError('key-malformed', `key is not one PEM block labelled \`${label}\``)
  const base64 = body.slice(begin.length, -end.length).replaceAll(/\s/g, '')
  try {
    return fromBase64(base64)
  } catch (cause) {
    throw new OperatingError('key-malformed', 'key has a PEM body that is not base64', { cause })
  }
}

/** PEM text of DER bytes: 64 columns, line feeds, one at the end. */
export function formatPem(der: Uint8Array, label: string): string {
  const lines = toBase64(der).match(new RegExp(`.{1,${columns}}`, 'g')) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
