// A deployment's declaration, from a YAML or JSON file into the workspace that takes its decisions.

import { type JsonValue, OperatingError, textOf } from '@proofhouse/evidence'
import { parseDocument } from 'yaml'
import { type Deployment, readDeployment } from '../decisions/index.ts'
import type { Services } from './services.ts'

const sizeMaxBytes = 4 * 1_048_576

/** Adds or replaces a deployment. @throws config-invalid, file-missing, file-unwritable */
export async function declareDeployment(
  { file, folder }: { readonly file: string; readonly folder: string },
  { files, deployments }: Pick<Services, 'files' | 'deployments'>,
): Promise<Deployment> {
  const document = parseDocument(textOf(await files.read(file, sizeMaxBytes)))
  const [problem] = document.errors
  if (problem !== undefined)
    throw new OperatingError('config-invalid', `\`${file}\`: ${problem.message.split('\n')[0]}`)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked field by field next
  const deployment = readDeployment(document.toJS({ maxAliasCount: 0 }) as JsonValue)
  await deployments.put(folder, deployment)
  return deployment
}
