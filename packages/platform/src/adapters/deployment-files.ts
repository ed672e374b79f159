// The deployments of a workspace: `decisions/deployments/ID.json`, as they were declared.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson, parseJson } from '@proofhouse/evidence'
import { readDeployment } from '../decisions/index.ts'
import type { Services } from '../workflows/index.ts'
import { localFiles, readError } from './local-files.ts'
import { systemCodeOf } from './storage-error.ts'

const sizeMaxBytes = 4 * 1_048_576
const folderOf = (workspace: string) => join(workspace, 'decisions/deployments')

/** Deployments in files. */
export const deploymentFiles: Services['deployments'] = {
  async list(workspace) {
    const folder = folderOf(workspace)
    const names = await readdir(folder).catch((cause: unknown) => {
      if (systemCodeOf(cause) === 'ENOENT') return []
      throw readError(folder, cause)
    })
    const files = names.filter((name) => name.endsWith('.json')).toSorted()
    return Promise.all(
      files.map(async (name) => {
        const bytes = await localFiles.read(join(folder, name), sizeMaxBytes)
        return readDeployment(parseJson(bytes, 'config-invalid'))
      }),
    )
  },
  async put(workspace, deployment) {
    await localFiles.write(
      join(folderOf(workspace), `${deployment.id}.json`),
      canonicalJson(deployment),
    )
  },
}
