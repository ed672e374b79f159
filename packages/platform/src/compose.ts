// The composition root: the only place that builds adapters and hands them to the use cases.

import { join } from 'node:path'
import { diskModelFiles } from './adapters/artifact-files.ts'
import { directoryKeyStore } from './adapters/directory-key-store.ts'
import { diskKeyFiles } from './adapters/key-file.ts'
import { httpServers } from './adapters/http-servers.ts'
import { localFiles } from './adapters/local-files.ts'
import { processTerminal } from './adapters/process-terminal.ts'
import { systemUser } from './adapters/system-user.ts'
import { readableFiles } from './adapters/readable-files.ts'
import { diskSearchedFiles } from './adapters/searched-files.ts'
import { witnessServer } from './adapters/witness-client.ts'
import { ledgerMirrorFolder, variable, version } from './config.ts'
import type { CosignableLedger, Witnesses } from './ledger/index.ts'
import type { BlobStore } from './registry/index.ts'
import {
  openHeldWorkspaceKeys,
  readTrustOf,
  type Services,
  type Workspace,
} from './workflows/index.ts'

/** Name of a workspace's ledger. Everyone's own, so it proves nothing about whose it is: a trust policy does that. */
const ledgerOrigin = 'proofhouse.local/evidence'

/** Larger statements are not written. */
const blobSizeMaxBytes = 512 * 1_048_576

function blobFolder(folder: string): BlobStore {
  const pathOf = (digest: string) => join(folder, digest.slice(0, 2), digest)
  return {
    put: (digest, bytes) => localFiles.write(pathOf(digest), bytes),
    get: (digest) => localFiles.read(pathOf(digest), blobSizeMaxBytes),
  }
}

const witnessing: Services['witnessing'] = {
  server: witnessServer,
  publishCosigned: async (folder, note) =>
    (await import('./adapters/ledger-directory.ts')).addCosignatures(folder, note, {
      mirrorFolder: ledgerMirrorFolder(),
    }),
  openState: async (...given) =>
    (await import('./adapters/witness-state.ts')).openWitnessState(...given),
  listen: async (...given) =>
    (await import('./adapters/witness-listener.ts')).listenAsWitness(...given),
}

const openHeldKey: Services['openHeldKey'] = async (...given) =>
  (await import('./adapters/held-keys.ts')).openHeldKey(...given)

/** The keys of a workspace that a provider holds. */
const heldKeysOf: HeldKeysOf = (folder, wanted) =>
  openHeldWorkspaceKeys({ files: localFiles, keyFiles: diskKeyFiles, openHeldKey }, folder, wanted)

type HeldKeysOf = (
  folder: string,
  wanted: Parameters<typeof openHeldWorkspaceKeys>[2],
) => ReturnType<typeof openHeldWorkspaceKeys>

async function openWorkspace(folder: string): Promise<Workspace> {
  const held = await heldKeysOf(folder, ['signing', 'ledger'])
  try {
    const workspace = await openWorkspaceWith(folder, held)
    const close = () => workspace.close().finally(() => held.close())
    return { ...workspace, close }
  } catch (error) {
    held.close()
    throw error
  }
}

async function openWorkspaceWith(
  folder: string,
  held: Awaited<ReturnType<HeldKeysOf>>,
): Promise<Workspace> {
  // Loaded when first used, as everything that most commands start without.
  const { openHeldLedgerKey, openLedgerKey, openSigningKey } = await import('./keys/index.ts')
  const { openLedgerDirectory } = await import('./adapters/ledger-directory.ts')
  const { statementRecorder } = await import('./registry/index.ts')
  const keys = join(folder, 'keys')
  const signing = await openSigningKey(diskKeyFiles, keys, held.signing)
  const ledgerKey =
    held.ledger === null
      ? await openLedgerKey(diskKeyFiles, keys, ledgerOrigin)
      : await openHeldLedgerKey(diskKeyFiles, keys, { origin: ledgerOrigin, held: held.ledger })
  const ledger = await openLedgerDirectory(join(folder, 'ledger'), ledgerKey, {
    mirrorFolder: ledgerMirrorFolder(),
  })
  const witnesses = await openWitnesses(folder, ledger, ledgerKey.verifierKey).catch(
    async (error: unknown) => {
      await ledger.close()
      throw error
    },
  )
  const blobs = blobFolder(join(folder, 'blobs'))
  return {
    folder,
    ledger,
    witnesses,
    verifierKey: ledgerKey.verifierKey,
    recorder: statementRecorder(ledger, blobs, signing.signer),
    blobs,
    signingKey: { ...signing, keyId: signing.signer.keyId },
    verifiers: [signing.verifier],
    entries: () => ledger.read(0, Number.MAX_SAFE_INTEGER),
    close: () => {
      witnesses?.close()
      return ledger.close()
    },
  }
}

/** A workspace's file with the witnesses of its ledger, beside `ledger/`. */
const witnessPolicyName = 'witnesses.policy'

async function openWitnesses(
  folder: string,
  ledger: CosignableLedger,
  verifierKey: string,
): Promise<Witnesses | null> {
  const path = join(folder, witnessPolicyName)
  if ((await localFiles.kind(path)) === null) return null
  const { openLedgerFiles } = await import('./adapters/ledger-directory.ts')
  const { Witnesses, witnessServers } = await import('./ledger/index.ts')
  const policy = await readTrustOf(localFiles, { path, verifierKey })
  return new Witnesses(
    {
      checkpoint: () => ledger.checkpoint(),
      cosigned: (note) => ledger.cosigned(note),
      tiles: await openLedgerFiles(join(folder, 'ledger')),
    },
    { policy, servers: witnessServers(policy, witnessServer) },
  )
}

const git = async () => (await import('./adapters/git-history.ts')).gitHistory()
const gitHistoryWhenAsked: Services['gitHistory'] = {
  top: async (...given) => (await git()).top(...given),
  async *objects(...given) {
    yield* (await git()).objects(...given)
  },
  firstCommit: async (...given) => (await git()).firstCommit(...given),
}

const openDecisions: Services['openDecisions'] = async (workspace, keys) => {
  const held = await heldKeysOf(workspace.folder, ['decisions'])
  try {
    const { openWorkspaceDecisions } = await import('./adapters/workspace-decisions.ts')
    const local = { mirrorFolder: ledgerMirrorFolder(), held: held.decisions }
    const opened = await openWorkspaceDecisions(workspace, keys, local)
    return { ...opened, close: () => opened.close().finally(() => held.close()) }
  } catch (error) {
    held.close()
    throw error
  }
}

/** The services of this machine. */
export function composeServices(host: Pick<Services, 'now' | 'newId'>): Services {
  return {
    ...host,
    files: localFiles,
    user: systemUser,
    variable,
    toolVersion: version,
    data: {
      open: async (...given) =>
        (await import('./adapters/duckdb-source.ts')).duckdbSource().open(...given),
    },
    models: {
      load: async (...given) =>
        (await import('./adapters/onnx-runner.ts')).onnxRunner().load(...given),
    },
    openDecisions,
    openHeldKey,
    listenForDecisions: async (log, at) =>
      (await import('./adapters/http-listener.ts')).listenForDecisions(log, at),
    operators: {
      listen: async (...given) =>
        (await import('./adapters/operator-listener.ts')).listenForOperators(...given),
      ask: async (folder, ...given) =>
        (await import('./adapters/operator-socket.ts')).askOperator({ folder, version }, ...given),
    },
    keyFiles: diskKeyFiles,
    openKeyProvider: async (settings, place) =>
      (await import('./adapters/key-providers.ts')).openKeyProvider(settings, place, diskKeyFiles),
    openKeyStore: directoryKeyStore,
    openArtifactBlobs: async (name) =>
      (await import('./adapters/artifact-places.ts')).openArtifactBlobs(name),
    modelFiles: diskModelFiles,
    readableFiles,
    searchedFiles: diskSearchedFiles,
    gitHistory: gitHistoryWhenAsked,
    httpServers,
    witnessing,
    keyless: {
      establish: async (...given) =>
        (await import('./adapters/sigstore-keyless.ts')).sigstoreKeyless.establish(...given),
    },
    openWorkspace,
    openLedgerFiles: async (...given) =>
      (await import('./adapters/ledger-directory.ts')).openLedgerFiles(...given),
    openMirrorFiles: async (...given) =>
      (await import('./adapters/ledger-directory.ts')).openMirrorFiles(...given),
    openStatementIndex: async (...given) =>
      (await import('./adapters/sqlite-statement-index.ts')).openStatementIndex(...given),
    blobs: blobFolder,
    verifierProgram: async () => (await import('./adapters/verifier-program.ts')).verifierProgram(),
    startLeafHasher: async (folder) =>
      (await import('./adapters/leaf-hash-workers.ts')).leafHashWorkers({ folder }),
  }
}

/** The terminal of a process. */
export const composeTerminal = processTerminal
