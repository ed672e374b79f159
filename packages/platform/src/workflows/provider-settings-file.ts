// The settings of a workspace's keys: `keys/provider.yaml`, or the defaults where there is none.

import { join, resolve } from 'node:path'
import { textOf } from '@proofhouse/evidence'
import {
  type ProviderSettings,
  providerSettingsDefault,
  providerSettingsName,
  readProviderSettings,
} from '../keys/index.ts'
import { parseYaml } from '../registry/index.ts'
import type { Services } from './services.ts'

const settingsMaxBytes = 65_536

/** The settings in a folder of keys. @throws config-invalid, file-unreadable */
export async function readSettingsFile(
  { files }: Pick<Services, 'files'>,
  folder: string,
): Promise<ProviderSettings> {
  const fileName = join(folder, providerSettingsName)
  if ((await files.kind(fileName)) === null) return providerSettingsDefault
  const text = textOf(await files.read(fileName, settingsMaxBytes))
  const { value } = parseYaml(text, fileName)
  return readProviderSettings(value, { fileName, resolve: (path) => resolve(folder, path) })
}
