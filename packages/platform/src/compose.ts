// The composition root: the only place that builds adapters and hands them to the use cases.

import { join } from 'node:path'
import { diskModelFiles } from './adapters/artifact-files.ts'
import { directoryKeyStore } from './adapters/directory-key-store.ts'
import { diskKeyFiles } from './adapters/key-file.ts'
import { httpServers } from './adapters/http-servers.ts'
import { localFiles } from './adapters/local-files.ts'
import { processTerminal } from './adapters/process-terminal.ts'
import { readableFiles } from './adapters/readable-files.ts'
import { diskSearchedFiles } from './adapters/searched-files.ts'
import { version } from './config.ts'
import type { BlobStore } from './registry/index.ts'
import type { Services, Workspace } from './workflows/index.ts'

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

async function openWorkspace(folder: string): Promise<Workspace> {
  // Loaded when first used, as everything that most commands start without.
  const { openLedgerKey, openSigningKey } = await import('./keys/index.ts')
  const { openLedgerDirectory } = await import('./adapters/ledger-directory.ts')
  const { statementRecorder } = await import('./registry/index.ts')
  const keys = join(folder, 'keys')
  const signing = await openSigningKey(diskKeyFiles, keys)
  const ledgerKey = await openLedgerKey(diskKeyFiles, keys, ledgerOrigin)
  const ledger = await openLedgerDirectory(join(folder, 'ledger'), ledgerKey)
  const blobs = blobFolder(join(folder, 'blobs'))
  return {
    folder,
    ledger,
    verifierKey: ledgerKey.verifierKey,
    recorder: statementRecorder(ledger, blobs, signing.signer),
    blobs,
    signingKey: { ...signing, keyId: signing.signer.keyId },
    verifiers: [signing.verifier],
    entries: () => ledger.read(0, Number.MAX_SAFE_INTEGER),
    close: () => ledger.close(),
  }
}

const git = async () => (await import('./adapters/git-history.ts')).gitHistory()
const gitHistoryWhenAsked: Services['gitHistory'] = {
  top: async (...given) => (await git()).top(...given),
  async *objects(...given) {
    yield* (await git()).objects(...given)
  },
  firstCommit: async (...given) => (await git()).firstCommit(...given),
}

/** The services of this machine. */
export function composeServices(host: Pick<Services, 'now' | 'newId'>): Services {
  return {
    ...host,
    files: localFiles,
    toolVersion: version,
    data: {
      open: async (...given) =>
        (await import('./adapters/duckdb-source.ts')).duckdbSource().open(...given),
    },
    models: {
      load: async (...given) =>
        (await import('./adapters/onnx-runner.ts')).onnxRunner().load(...given),
    },
    keyFiles: diskKeyFiles,
    openKeyProvider: async (settings, place) =>
      (await import('./adapters/key-providers.ts')).openKeyProvider(settings, place, diskKeyFiles),
    openKeyStore: directoryKeyStore,
    modelFiles: diskModelFiles,
    readableFiles,
    searchedFiles: diskSearchedFiles,
    gitHistory: gitHistoryWhenAsked,
    httpServers,
    keyless: {
      establish: async (...given) =>
        (await import('./adapters/sigstore-keyless.ts')).sigstoreKeyless.establish(...given),
    },
    openWorkspace,
    openLedgerFiles: async (...given) =>
      (await import('./adapters/ledger-directory.ts')).openLedgerFiles(...given),
    startLeafHasher: async () =>
      (await import('./adapters/leaf-hash-workers.ts')).leafHashWorkers(),
  }
}

/** The terminal of a process. */
export const composeTerminal = processTerminal
