// Where a workspace's artifacts lie: the folder `artifacts` in it, and the stores that its settings name. Their keys are in their records.

import { join } from 'node:path'
import { OperatingError } from '@proofhouse/evidence'
import { keysOfArtifacts } from '../artifacts/store/index.ts'
import type { Keyring, KeysElsewhere, ProviderSettings } from '../keys/index.ts'
import type { Services } from './services.ts'

/** A workspace's own store of artifacts. */
export const ownArtifacts = (folder: string): string => join(folder, 'artifacts')

/**
 * The keys in the records of all stores of a workspace. A folder that is named and not there is refused: a disk
 * that is not mounted would pass for an empty store.
 * @throws config-invalid, storage-failed
 */
export async function keysInArtifacts(
  services: Pick<Services, 'files' | 'openArtifactBlobs'>,
  folder: string,
  { settings, keyring }: { readonly settings: ProviderSettings; readonly keyring: Keyring },
): Promise<readonly KeysElsewhere[]> {
  const own = ownArtifacts(folder)
  const names = (await services.files.kind(own)) === 'folder' ? [own] : []
  for (const name of settings.artifactStores) {
    if (!name.startsWith('s3://') && (await services.files.kind(name)) !== 'folder')
      throw new OperatingError(
        'config-invalid',
        `\`artifact_stores\` names \`${name}\`, where no folder is; mount it, or take it out of the list for ever`,
      )
    if (!names.includes(name)) names.push(name)
  }
  const open = async (name: string) => {
    const blobs = await services.openArtifactBlobs(name)
    return keysOfArtifacts({ name: `\`${name}\``, blobs }, keyring)
  }
  return Promise.all(names.map(open))
}
