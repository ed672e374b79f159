// The reader of system files, loaded when first used: a YAML parser and a schema are half of a start, and most commands need neither.

import type { SystemFile } from './system-file-reader.ts'

/**
 * The system file's text as a validated, normalised object.
 * @param fileName how messages name the file
 * @throws config-invalid naming file, line and the nearest valid key
 */
export async function readSystemFile(text: string, fileName: string): Promise<SystemFile> {
  const { parseSystemFile } = await import('./system-file-reader.ts')
  return parseSystemFile(text, fileName)
}
