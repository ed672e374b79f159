// Opening what must be a file. A pipe or a device may never end, and merely opening a pipe may wait for ever.

import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { OperatingError } from '@proofhouse/evidence'

/**
 * Opens a file for reading; the caller closes it. Links are followed.
 * @throws file-unreadable when it is a folder, a pipe or a device; the system's own errors when it cannot be opened
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = await handle.stat()
    if (stats.isFile()) return handle
    const what = stats.isDirectory() ? 'a folder' : 'a pipe or a device'
    throw new OperatingError(
      'file-unreadable',
      `cannot read \`${path}\`: it is ${what}; give a file`,
    )
  } catch (error) {
    await handle.close()
    throw error
  }
}
