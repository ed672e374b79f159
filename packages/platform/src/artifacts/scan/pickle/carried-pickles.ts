// Pickles that a pickle carries as values: as bytes, or spelled in base64 or hexadecimal. Loading the outer one does not load them;
// whoever hides one there has a loader in mind.

import type { Bytes } from '@proofhouse/evidence'
import { type ByteSource, bytesSource, partOf } from '../byte-source.ts'
import type { Finder } from '../scan-findings.ts'
import { scanRules } from '../scan-rules.ts'
import type { PickleInput } from './pickle-input.ts'

/** How a value holds a pickle. */
export type Carriage = 'bytes' | 'text'

/** Larger texts are not decoded. */
const textSizeMaxBytes = 16 * 1_048_576

/**
 * Whether a value begins as a pickle of protocol 2 to 5 does: `\x80` and a protocol, in base64 `gAI`, `gAM`, `gAQ`, `gAU` and what
 * follows from the next byte, in hexadecimal `8002` to `8005`.
 */
export function maybeCarries(carriage: Carriage, input: Pick<PickleInput, 'peek'>): boolean {
  const first = input.peek(0)
  if (carriage === 'bytes') return first === 0x80 && isProtocol(input.peek(1))
  if (first === 0x67)
    return input.peek(1) === 0x41 && input.peek(2) >= 0x49 && input.peek(2) <= 0x58
  return (
    first === 0x38 &&
    input.peek(1) === 0x30 &&
    input.peek(2) === 0x30 &&
    isProtocol(input.peek(3) - 0x30)
  )
}

const isProtocol = (byte: number) => byte >= 2 && byte <= 5

/** The pickle that a part of a source holds; null where it only began like one. */
export function carriedPickle(
  source: ByteSource,
  { start, end }: { readonly start: number; readonly end: number },
  carriage: Carriage,
): ByteSource | null {
  if (carriage === 'bytes') return partOf(source, start, end)
  if (end - start > textSizeMaxBytes) return null
  // Encoders break long lines, and decoders pass over that.
  const text = new TextDecoder('latin1').decode(source.read(start, end)).replaceAll(/\s/g, '')
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) return decoded(text, 'hex')
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? decoded(text, 'base64') : null
}

function decoded(text: string, encoding: 'hex' | 'base64'): ByteSource | null {
  const bytes: Bytes = new Uint8Array(Buffer.from(text, encoding))
  return bytes[0] === 0x80 && isProtocol(bytes[1] ?? 0) ? bytesSource(bytes) : null
}

/** A finder that hears only what is grave, and says it as something that a value carries. */
export function carriedFinder(finder: Finder, offset: number): Finder {
  const hearing: Finder = {
    found: (rule, _offset, detail, ids) => {
      const { severity } = scanRules[rule]
      if (severity === 'critical' || severity === 'high')
        finder.found('pickle-carried', offset, `a value is a pickle of its own: ${detail}`, ids)
    },
    within: () => hearing,
  }
  return hearing
}
