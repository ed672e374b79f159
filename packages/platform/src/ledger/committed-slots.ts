// The file that holds the committed checkpoint: two slots of fixed size, written in turn, so that a torn write leaves the other.
// A slot is `u32be CRC-32 of the rest ‖ u64be sequence ‖ u16be length ‖ note ‖ zeros`. The valid slot of the higher sequence counts.
// A write in place that changes no file size is the cheapest durable write there is: one per batch of entries.

import { crc32 } from 'node:zlib'
import { type Bytes, textOf, utf8 } from '@proofhouse/evidence'

/** Size of a slot in bytes: one page of the usual file systems. */
export const slotSizeBytes = 4_096

const headerSizeBytes = 14

/** A slot that is whole. */
export interface Slot {
  readonly sequence: number
  readonly note: string
}

/** The bytes of a slot. */
export function encodeSlot({ sequence, note }: Slot): Bytes {
  const text = utf8(note)
  if (text.length > slotSizeBytes - headerSizeBytes)
    throw new Error(`assertion failed: a checkpoint of ${text.length} bytes fits a slot`)
  const bytes = new Uint8Array(slotSizeBytes)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(4, BigInt(sequence))
  view.setUint16(12, text.length)
  bytes.set(text, headerSizeBytes)
  view.setUint32(0, crc32(bytes.subarray(4)))
  return bytes
}

/** The slot in the bytes; null when it is torn, damaged or was never written. */
export function decodeSlot(bytes: Uint8Array): Slot | null {
  if (bytes.length !== slotSizeBytes) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (crc32(bytes.subarray(4)) !== view.getUint32(0)) return null
  const length = view.getUint16(12)
  if (length === 0 || length > slotSizeBytes - headerSizeBytes) return null
  return {
    sequence: Number(view.getBigUint64(4)),
    note: textOf(bytes.subarray(headerSizeBytes, headerSizeBytes + length)),
  }
}

/** Bytes in which damage may differ from what was written. A signature has 64: nobody without the key comes as near. */
const damagedMaxBytes = 8

/** The other slot, where it holds something and is not whole. */
export interface DamagedSlot {
  /** Whether it says of itself that it is the commit before the one that counts. */
  readonly isOlder: boolean
  /** Whether it is what damage left of this note, committed right after the one that counts. */
  wasOf(note: string): boolean
}

function damagedBeside(current: Slot | null, bytes: Uint8Array): DamagedSlot | null {
  if (current === null || bytes.length !== slotSizeBytes || bytes.every((byte) => byte === 0))
    return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    isOlder: view.getBigUint64(4) === BigInt(current.sequence - 1),
    wasOf(note) {
      const whole = encodeSlot({ sequence: current.sequence + 1, note })
      return bytes.filter((byte, n) => byte !== whole[n]).length <= damagedMaxBytes
    },
  }
}

/** Both slots of a file; `current` is the one that counts. */
export function decodeSlots(bytes: Uint8Array): {
  readonly slots: readonly (Slot | null)[]
  readonly current: Slot | null
  readonly damaged: DamagedSlot | null
} {
  const slots = [0, 1].map((n) =>
    decodeSlot(bytes.subarray(n * slotSizeBytes, (n + 1) * slotSizeBytes)),
  )
  const [a = null, b = null] = slots
  const current = a === null ? b : b === null || a.sequence > b.sequence ? a : b
  const other = slots.indexOf(null)
  const damaged = damagedBeside(
    current,
    bytes.subarray(other * slotSizeBytes, (other + 1) * slotSizeBytes),
  )
  return { slots, current, damaged: other < 0 ? null : damaged }
}
