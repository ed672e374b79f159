// An anchor: a published checkpoint with an authority's time stamp over it, in one file beside the tiles. The first line names the
// format, the second is the token (RFC 3161) in base64, and after a blank line stands the checkpoint verbatim, whose bytes are
// what was stamped. Named for the size of the checkpoint and the SHA-256 of the token.

import {
  type Bytes,
  fromBase64,
  OperatingError,
  sha256Hex,
  textOf,
  toBase64,
  utf8,
} from '@proofhouse/evidence'
import { anchorsFolder } from './layout.ts'

const header = 'proofhouse.dev/anchor/v1'

/** A checkpoint and its time stamp. */
export interface Anchor {
  /** The checkpoint's note, verbatim. */
  readonly note: string
  readonly token: Bytes
}

/** The bytes of an anchor. */
export function formatAnchor({ note, token }: Anchor): Bytes {
  return utf8(`${header}\n${toBase64(token)}\n\n${note}`)
}

/** Reads an anchor. @throws proof-malformed */
export function parseAnchor(bytes: Uint8Array): Anchor {
  try {
    const text = textOf(bytes)
    const split = text.indexOf('\n\n')
    const [first, token = '', ...more] = text.slice(0, Math.max(0, split)).split('\n')
    if (first === header && more.length === 0 && token !== '')
      return { note: text.slice(split + 2), token: fromBase64(token) }
  } catch (cause) {
    if (!(cause instanceof OperatingError)) throw cause
  }
  throw new OperatingError('proof-malformed', `an anchor begins with \`${header}\` and a token`)
}

/** Where an anchor lies. */
export function anchorPath(size: number, { token }: Pick<Anchor, 'token'>): string {
  const digest = sha256Hex(token).slice(0, 16)
  return `${anchorsFolder}/${String(size).padStart(16, '0')}-${digest}.anchor`
}

/** Whether a file of a ledger is an anchor by its name. */
export function isAnchorPath(path: string): boolean {
  return (
    path.startsWith(`${anchorsFolder}/`) &&
    /^\d{16}-[0-9a-f]{16}\.anchor$/.test(path.slice(anchorsFolder.length + 1))
  )
}
