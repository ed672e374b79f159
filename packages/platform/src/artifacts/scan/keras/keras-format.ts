// Keras 3's own files: a ZIP archive of a configuration, metadata and weights.

import { scanZip } from '../archives/zip-format.ts'
import type { ScanFormat } from '../scan-format.ts'

/** `.keras` files. What is in them is scanned by its content. */
export const kerasFormat: ScanFormat = {
  name: 'keras',
  recognises: (head, member) => {
    if (head[0] !== 0x50 || head[1] !== 0x4b) return false
    const names = member.zipDirectory()?.entries.map(({ name }) => name) ?? []
    return names.includes('config.json') && names.includes('metadata.json')
  },
  scan: (member, walk) => scanZip(member, walk, null, 'none'),
}
