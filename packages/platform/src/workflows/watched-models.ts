// Remembers what confined the models that a run loaded, for the run to say.

import type { Confinement, ModelRunner } from '../assess/index.ts'

/** A runner, and what its sessions were held by. */
export interface WatchedModels {
  readonly models: ModelRunner
  /** The weakest that any model of the run had; null before one was loaded. */
  weakest(): Confinement | null
}

/** Watches a runner. */
export function watchedModels(models: ModelRunner): WatchedModels {
  let weakest: Confinement | null = null
  return {
    models: {
      load: async (request) => {
        const session = await models.load(request)
        const { confinement } = session
        if (weakest === null || confinement.namespaces.length < weakest.namespaces.length)
          weakest = confinement
        return session
      },
    },
    weakest: () => weakest,
  }
}
