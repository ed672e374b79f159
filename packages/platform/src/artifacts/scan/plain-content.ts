// Content that nothing loads as a model: text, and pictures. It is read to its end all the same, since what is not read
// is not clean.

import { checkPackedPython, isPythonSource, isShellScript } from './archives/packed-python.ts'
import type { ByteSource } from './byte-source.ts'
import type { Member, ScanFormat } from './scan-format.ts'

/** Larger texts are not read. */
const textSizeMaxBytes = 1024 * 1_048_576
const stepSizeBytes = 1_048_576

/** Whether everything is UTF-8 without control characters. */
function isText(source: ByteSource): boolean {
  if (source.sizeBytes > textSizeMaxBytes) return false
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for (let at = 0; at < source.sizeBytes; at += stepSizeBytes) {
      const bytes = source.read(at, at + stepSizeBytes)
      // Below the blank only tab, line feed, form feed and carriage return belong into text.
      if (bytes.some((b) => b < 32 && b !== 9 && b !== 10 && b !== 12 && b !== 13)) return false
      decoder.decode(bytes, { stream: true })
    }
    decoder.decode()
    return true
  } catch {
    return false
  }
}

/** Files of nothing. */
export const emptyFormat: ScanFormat = {
  name: 'empty',
  recognises: (_head, { source }) => source.sizeBytes === 0,
  scan: () => {},
}

/** Text of any kind. */
export const textFormat: ScanFormat = {
  name: 'text',
  recognises: (_head, { source }) => isText(source),
  scan: ({ source, name, finder, depth, torch }) => {
    // Beside a model, code is a folder's business; packed with it, it is part of what somebody hands over.
    const head = source.read(0, 80)
    if (depth === 0 || torch === 'script') return
    if (isPythonSource(name, head)) checkPackedPython(source, finder)
    else if (isShellScript(head)) finder.found('packed-code', 0, 'it is a script for a shell')
  },
}

/** PNG pictures: chunks to the last one, and nothing behind it. */
export const pngFormat: ScanFormat = {
  name: 'png',
  recognises: (head) =>
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, at) => head[at] === byte),
  scan: scanPng,
}

function scanPng({ source, finder }: Member): void {
  let at = 8
  while (at + 12 <= source.sizeBytes) {
    const head = source.read(at, at + 8)
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0)
    at += 12 + length
    if (head[4] === 0x49 && head[5] === 0x45 && head[6] === 0x4e && head[7] === 0x44) {
      if (at < source.sizeBytes)
        finder.found('trailing-data', at, `${source.sizeBytes - at} bytes follow the picture`)
      return
    }
  }
  finder.found('unread-content', at, 'the picture is cut off')
}
