// Which entries of a PyTorch archive hold the elements of tensors: those that its pickles ask for as storages. They are
// copied and never parsed, and so not read. An entry that only has the name of one is content like any other.

import type { ByteSource } from '../byte-source.ts'
import { storageKeys } from '../pickle/scan-pickle.ts'

interface Named {
  readonly name: string
}

/** Names of the storages; `root` is the archive's folder, null where it is none of PyTorch's. */
export function storagesOf<Entry extends Named>(
  entries: readonly Entry[],
  root: string | null,
  contentOf: (entry: Entry) => ByteSource | null,
): ReadonlySet<string> {
  const storages = new Set<string>()
  if (root === null) return storages
  for (const entry of entries) {
    const [, folder] = /^(\w+)\.pkl$/.exec(entry.name.slice(root.length)) ?? []
    if (folder === undefined || !entry.name.startsWith(root)) continue
    const content = contentOf(entry)
    if (content === null) continue
    for (const key of storageKeys(content)) {
      // Archives for phones name the folder of another pickle, whose storages they share.
      if (/^\d+$/.test(key)) storages.add(`${root}${folder}/${key}`)
      else if (/^\w+\/\d+$/.test(key)) storages.add(`${root}${key}`)
    }
  }
  return storages
}
