// Options that every `artifacts` command takes, and what is read from them.

import { workspaceOf, workspaceOption } from './workspace-option.ts'

/** Which store of which workspace. */
export const artifactOptions = {
  ...workspaceOption,
  store: {
    value: 'NAME',
    description: "one of `artifact_stores` in the settings of keys (default: the workspace's own)",
  },
} as const

/** The store that is meant. */
export const artifactPlace = (options: Readonly<Record<string, string>>) => ({
  folder: workspaceOf(options),
  store: options['store'] ?? null,
})
