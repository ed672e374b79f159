// An ONNX file that changes between its check and its signature is not signed, however it is cut.

import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { diskModelFiles } from '../adapters/artifact-files.ts'
import { openHeldKey } from '../adapters/held-keys.ts'
import { httpServers } from '../adapters/http-servers.ts'
import { diskKeyFiles } from '../adapters/key-file.ts'
import { localFiles } from '../adapters/local-files.ts'
import { sigstoreKeyless } from '../adapters/sigstore-keyless.ts'
import { addOne } from '../artifacts/onnx.fixture.ts'
import { signPath } from './sign-path.ts'

const folder = mkdtempSync(join(tmpdir(), 'sign-'))
const at = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
writeFileSync(at('key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })

/** Signs a model that is written over once it has been checked, where `other` is given. */
const signed = (shardSizeBytes: number | null, other: string | null) => {
  writeFileSync(at('model.onnx'), addOne())
  return signPath(
    {
      files: localFiles,
      keyFiles: diskKeyFiles,
      openHeldKey,
      httpServers,
      keyless: sigstoreKeyless,
      now: () => new Date(),
      modelFiles: {
        ...diskModelFiles,
        list: (root, ignored) => {
          if (other !== null) writeFileSync(at('model.onnx'), other)
          return diskModelFiles.list(root, ignored)
        },
      },
    },
    {
      path: at('model.onnx'),
      signaturePath: at('model.sig'),
      by: { kind: 'key', keyPath: at('key'), passphrasePath: null, certificates: null },
      cut: { ignorePaths: [], followLinks: false, shardSizeBytes, digestsPath: null },
    },
  )
}

test.each([
  ['whole', null],
  ['in shards', 16],
])('%s', async (_, shardSizeBytes) => {
  await expect(signed(shardSizeBytes, 'never checked')).rejects.toMatchObject({
    code: 'model-changed',
  })
  expect(existsSync(at('model.sig'))).toBe(false)
  await signed(shardSizeBytes, null)
  expect(existsSync(at('model.sig'))).toBe(true)
  rmSync(at('model.sig'))
})
