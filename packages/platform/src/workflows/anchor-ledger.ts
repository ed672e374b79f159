// Anchoring: an authority's time stamp over the published checkpoint of a ledger, kept beside the tiles, and the check of all that
// are there. What an anchor shows: the ledger's first entries, as many as its checkpoint has, existed at that moment.

import { randomBytes } from 'node:crypto'
import { openCheckpoint, OperatingError, textOf, utf8 } from '@proofhouse/evidence'
import {
  type Certificate,
  certificatesFromPem,
  type TimeStamp,
  timeStampRequest,
  tokenInAnswer,
  verifyTimeStamp,
} from '../artifacts/index.ts'
import { anchorPath, formatAnchor, hadRoot, isAnchorPath, parseAnchor } from '../ledger/index.ts'
import type { Files, Services } from './services.ts'
import { type LedgerFolder, openTrustedLedger, type TrustedLedger } from './trusted-ledger.ts'

const answerMaxBytes = 65_536
const certificatesMaxBytes = 1_048_576
/** RFC 3161 §2.4.1 asks for a large random number. */
const nonceSizeBytes = 16

/** Which ledger to anchor, and whom to ask. */
export interface AnchorRequest extends LedgerFolder {
  /** Whole address of the time stamp authority. */
  readonly tsa: string
  /** File with certificates of authorities to believe. */
  readonly certificatesPath: string
}

/** One anchor of a ledger. */
export interface AnchorState {
  /** Path in the ledger. */
  readonly path: string
  /** Entries that it is about; null where it cannot be read. */
  readonly size: number | null
  /** When it was stamped, in UTC; null where the stamp does not hold. */
  readonly at: string | null
  /** Subject of the authority's certificate. */
  readonly authority: string | null
  /** Whether the authority is one of those given. */
  readonly established: boolean
  /** What does not hold; null when all does. */
  readonly problem: string | null
}

/**
 * Has the published checkpoint stamped, and keeps the stamp once it holds.
 * @throws ledger-missing, what trust throws, file-missing, certificate-malformed, usage-invalid, server-unreachable,
 *   server-refused, certificate-untrusted, storage-failed
 */
export async function anchorLedger(
  services: Pick<Services, 'files' | 'openLedgerFiles' | 'httpServers'>,
  { tsa, certificatesPath, ...request }: AnchorRequest,
): Promise<AnchorState> {
  const roots = await readCertificates(services.files, certificatesPath)
  const { tiles, note, checkpoint } = await openTrustedLedger(services, request)
  const message = utf8(note)
  const nonce = new Uint8Array(randomBytes(nonceSizeBytes))
  const body = { type: 'application/timestamp-query', bytes: timeStampRequest(message, nonce) }
  const server = services.httpServers.open(tsa, null)
  const token = tokenInAnswer(await server.ask({ path: '', body, bytesMax: answerMaxBytes }))
  const stamp = verifyTimeStamp({ token, message, roots, nonce })
  const path = anchorPath(checkpoint.size, { token })
  await tiles.write(path, formatAnchor({ note, token }))
  await tiles.sync([path])
  return { path, size: checkpoint.size, ...told(stamp), problem: null }
}

const told = ({ at, authority, established }: TimeStamp) => ({
  at: at.toISOString(),
  authority,
  established,
})

/** The anchors of a ledger, oldest checkpoint first. @throws ledger-missing, what trust throws, storage-failed */
export async function readAnchors(
  services: Pick<Services, 'files' | 'openLedgerFiles'>,
  request: LedgerFolder & { readonly certificatesPath: string | null },
): Promise<readonly AnchorState[]> {
  const { certificatesPath } = request
  const roots =
    certificatesPath === null ? null : await readCertificates(services.files, certificatesPath)
  return checkAnchors(await openTrustedLedger(services, request), roots)
}

/** Checks every anchor of a ledger. @throws storage-failed */
export async function checkAnchors(
  ledger: TrustedLedger,
  roots: readonly Certificate[] | null,
): Promise<readonly AnchorState[]> {
  const paths = (await Array.fromAsync(ledger.tiles.list())).filter((path) => isAnchorPath(path))
  const anchors: AnchorState[] = []
  for (const path of paths.toSorted()) anchors.push(await anchorState(ledger, path, roots))
  return anchors
}

async function anchorState(
  ledger: TrustedLedger,
  path: string,
  roots: readonly Certificate[] | null,
): Promise<AnchorState> {
  let state: AnchorState = {
    path,
    size: null,
    at: null,
    authority: null,
    established: false,
    problem: null,
  }
  try {
    const anchor = parseAnchor((await ledger.tiles.read(path)) ?? new Uint8Array())
    const head = await openCheckpoint(anchor.note, ledger.trust.log)
    state = { ...state, size: head.size }
    const message = utf8(anchor.note)
    const stamp = verifyTimeStamp({ token: anchor.token, message, roots, nonce: null })
    state = { ...state, ...told(stamp) }
    if (path !== anchorPath(head.size, anchor))
      return { ...state, problem: 'is named for another checkpoint or stamp' }
    const { size } = ledger.checkpoint
    if (head.size > size)
      return {
        ...state,
        problem: `${head.size} entries were published, and the log has ${size}: it was cut back`,
      }
    if (await hadRoot(ledger, head)) return state
    const problem = `the log published another root for its ${head.size} entries: it was rewritten`
    return { ...state, problem }
  } catch (error) {
    if (!(error instanceof OperatingError) || error.code === 'storage-failed') throw error
    return { ...state, problem: error.message }
  }
}

async function readCertificates(
  files: Pick<Files, 'read'>,
  path: string,
): Promise<readonly Certificate[]> {
  return certificatesFromPem(textOf(await files.read(path, certificatesMaxBytes)), path)
}
