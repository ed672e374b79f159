// Checkpoints (C2SP tlog-checkpoint): the head of a log as the text of a signed note: origin, size, root hash.
// The name of the log's key is the origin. Extension lines are refused: nothing here writes or understands any.

import { digestSizeBytes } from './digest.ts'
import { type Bytes, fromBase64, toBase64 } from './encoding.ts'
import { assert, OperatingError } from './errors.ts'
import { isKeyName, type NoteSignature, type NoteVerifier, openNote } from './note.ts'

/** The head of a log. */
export interface Checkpoint {
  /** The log's name. */
  readonly origin: string
  /** Number of entries. */
  readonly size: number
  /** Root hash of the tree of that size. */
  readonly root: Bytes
}

/** The text of a checkpoint, ready to sign. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  assert(isKeyName(origin), 'an origin is a key name')
  assert(Number.isSafeInteger(size) && size >= 0, 'a size is a whole number')
  assert(root.length === digestSizeBytes, 'a root has 32 bytes')
  return `${origin}\n${size}\n${toBase64(root)}\n`
}

const malformed = (message: string) => new OperatingError('checkpoint-malformed', message)

/** Reads the text of a checkpoint. @throws checkpoint-malformed */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n')
  const [origin = '', size = '', root = '', end] = lines
  if (lines.length !== 4 || end !== '')
    throw malformed('a checkpoint has three lines: origin, size and root')
  if (!isKeyName(origin)) throw malformed('the origin of the checkpoint is no name')
  if (!/^(0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(Number(size)))
    throw malformed('the size of the checkpoint is no whole number')
  let bytes: Bytes
  try {
    bytes = fromBase64(root)
  } catch (cause) {
    throw new OperatingError('checkpoint-malformed', 'the root of the checkpoint is not base64', {
      cause,
    })
  }
  if (bytes.length !== digestSizeBytes)
    throw malformed('the root of the checkpoint has not 32 bytes')
  return { origin, size: Number(size), root: bytes }
}

/**
 * The checkpoint in a note signed by the log's own key.
 * @throws note-malformed, note-signature-invalid, checkpoint-malformed (also when the origin is not the key's name)
 */
export async function openCheckpoint(note: string, log: NoteVerifier): Promise<Checkpoint> {
  const { text, verified } = await openNote(note, [log])
  return checkpointOf(text, log, verified)
}

/**
 * The checkpoint in a note that was opened, whose verified signatures are given.
 * @throws note-signature-invalid when the log's own is not among them; checkpoint-malformed
 */
export function checkpointOf(
  text: string,
  log: NoteVerifier,
  verified: readonly NoteSignature[],
): Checkpoint {
  if (!verified.some(({ name, keyId }) => name === log.name && keyId === log.keyId))
    throw new OperatingError(
      'note-signature-invalid',
      `no signature by \`${log.name}\`; the key may be another one, or the note was altered`,
    )
  const checkpoint = parseCheckpoint(text)
  if (checkpoint.origin !== log.name)
    throw malformed(`the checkpoint is of \`${checkpoint.origin}\`, not of \`${log.name}\``)
  return checkpoint
}
