// A run from a server of MLflow: what the server of version 3 answers, and servers that mean us no good.

import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { open } from '../adapters/http-servers.ts'
import { diskKeyFiles } from '../adapters/key-file.ts'
import { trainingStatement } from '../artifacts/provenance/index.ts'
import { readServerRun } from './read-server-run.ts'

const runId = '2e94e5757ee040558c8858da8cc14245'
const model = 'm-fd4d98cbb56d4f2495dd3d4b0a6e247f'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server on this machine; its address and what it was asked. */
async function serve(answer: Answer) {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    answer(request, response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const { port } = address
  return { url: `http://127.0.0.1:${port}`, asked }
}

/** Answers by path and query, as a server of version 3 does. */
const answers: Readonly<Record<string, unknown>> = {
  [`/api/2.0/mlflow/runs/get?run_id=${runId}`]: {
    run: {
      info: { run_id: runId, run_name: 'r1', status: 'FINISHED', start_time: 1_795_279_242_270 },
      data: {
        metrics: [{ key: 'auc', value: 0.7, timestamp: 1, step: 2 }],
        params: [
          { key: 'lr', value: '1e-05' },
          { key: 'seed', value: '7' },
          { key: '../../x', value: 'y' },
        ],
        tags: [
          { key: 'mlflow.source.name', value: 'train.py' },
          { key: 'mlflow.source.git.commit', value: '0123456789'.repeat(4) },
          { key: 'mlflow.user', value: 'mariana' },
        ],
      },
      inputs: {
        dataset_inputs: [
          {
            tags: [{ key: 'mlflow.data.context', value: 'training' }],
            dataset: {
              name: 'train',
              digest: '7f9a9fae',
              source: '{"url": "https://u:pw@data.example.org/train.csv"}',
            },
          },
        ],
        model_inputs: [{ model_id: 'm-base' }],
      },
      outputs: { model_outputs: [{ model_id: model, step: 0 }, { model_id: '../../etc' }] },
    },
  },
  [`/api/2.0/mlflow/artifacts/list?run_id=${runId}`]: {
    files: [{ path: 'code', is_dir: true }],
    next_page_token: 'two',
  },
  [`/api/2.0/mlflow/artifacts/list?run_id=${runId}&page_token=two`]: {
    files: [{ path: 'model.onnx', is_dir: false }, { path: '../up' }, { path: '/etc/passwd' }],
    next_page_token: 'two',
  },
  [`/api/2.0/mlflow/artifacts/list?run_id=${runId}&path=code`]: {
    files: [
      { path: 'code/train.py', is_dir: false },
      { path: 'code', is_dir: true },
      { path: 'elsewhere', is_dir: false },
    ],
  },
  [`/get-artifact?run_uuid=${runId}&path=model.onnx`]: 'model bytes',
  [`/get-artifact?run_uuid=${runId}&path=code%2Ftrain.py`]: 'code',
  [`/api/2.0/mlflow/logged-models/${model}`]: { model: { info: { name: 'credit' } } },
  [`/api/2.0/mlflow/logged-models/${model}/artifacts/directories`]: {
    files: [{ path: 'MLmodel' }, { path: 'requirements.txt' }, { path: 'model.pkl' }],
  },
  [`/ajax-api/2.0/mlflow/logged-models/${model}/artifacts/files?artifact_file_path=MLmodel`]:
    'mlflow_version: 3.17.2\nflavors: {python_function: {python_version: 3.11.7}}',
  [`/ajax-api/2.0/mlflow/logged-models/${model}/artifacts/files?artifact_file_path=requirements.txt`]:
    'numpy',
  [`/ajax-api/2.0/mlflow/logged-models/${model}/artifacts/files?artifact_file_path=model.pkl`]:
    'pickled',
  '/api/2.0/mlflow/logged-models/m-base': { model: { info: { name: 'base' } } },
  '/api/2.0/mlflow/logged-models/m-base/artifacts/directories': { files: [{ path: 'w.bin' }] },
  '/ajax-api/2.0/mlflow/logged-models/m-base/artifacts/files?artifact_file_path=w.bin': 'weights',
}

const mlflow: Answer = ({ url = '' }, response) => {
  const answer = answers[url]
  response.statusCode = answer === undefined ? 404 : 200
  response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {}))
}

const services = (silenceMs = 5_000) => ({
  httpServers: {
    open: (url: string, authorization: string | null) => open(url, { authorization, silenceMs }),
  },
  keyFiles: diskKeyFiles,
})
const readFrom = (url: string, tokenPath: string | null = null, silenceMs?: number) =>
  readServerRun(services(silenceMs), { url, tokenPath }, runId)

function tokenFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'token-'))
  closing.push(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'token')
  writeFileSync(path, text)
  chmodSync(path, 0o600)
  return path
}

test('a run is read with all that it logged, by digest', async () => {
  const { url, asked } = await serve(mlflow)
  const run = await readFrom(url, tokenFile('s3cr3t-token\n'))
  expect(run).toMatchObject({
    name: 'r1',
    runId,
    formVersion: '3.17.2',
    command: 'train.py',
    hyperparameters: { lr: 1e-5, seed: 7, '../../x': 'y' },
    environment: { python: '3.11.7' },
    metrics: { auc: 0.7 },
  })
  expect(run.inputs.map(({ role, name }) => [role, name])).toEqual([
    ['data-set', 'train'],
    ['base-model', 'base (m-base)'],
    ['code', 'source code'],
    ['environment', `credit (${model})/requirements.txt`],
  ])
  expect(run.inputs[1]?.digest).not.toEqual({})
  const named = Object.fromEntries(run.outputs.map(({ name, digest }) => [name, digest['sha256']]))
  expect(Object.keys(named)).toHaveLength(6)
  expect(named).toMatchObject({ [`credit (${model})/model.pkl`]: sha256('pickled') })
  expect(run.outputs.map(({ digest }) => digest['sha256'])).toContain(sha256('model bytes'))
  expect(new Set(asked.map(({ headers }) => headers.authorization))).toEqual(
    new Set(['Bearer s3cr3t-token']),
  )
  expect(asked.some(({ url: path }) => /passwd|up|elsewhere|etc/.test(path ?? ''))).toBe(false)
  expect(JSON.stringify(trainingStatement(run, '1'))).not.toMatch(/u:pw|mariana|s3cr3t/)
})

test('a name and password are sent as such, to nobody else, and never told', async () => {
  const other = await serve(mlflow)
  const { url, asked } = await serve((_, response) => {
    response.writeHead(307, { location: `${other.url}/api/2.0/mlflow/runs/get` }).end()
  })
  const error = await readFrom(url, tokenFile('ann:s3cr3t')).then(String, String)
  expect(error).toContain('leads elsewhere')
  expect(error).not.toMatch(/s3cr3t|czNjcjN0/)
  expect(asked[0]?.headers.authorization).toBe(`Basic ${btoa('ann:s3cr3t')}`)
  expect(other.asked).toEqual([])
})

/** Never silent for long, and never done. */
function dripOn(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 20)
  response.on('close', () => {
    clearInterval(timer)
  })
}

test.each<readonly [string, Answer, string]>([
  ['another run', (_, r) => r.end('{"run": {"info": {"run_id": "x"}}}'), 'server-refused'],
  ['no JSON', (_, r) => r.end('<html>'), 'import-malformed'],
  ['no entry', (_, r) => r.writeHead(403).end('no'), 'server-refused'],
  ['a broken connection', (_, r) => r.destroy(), 'server-unreachable'],
  ['silence', () => null, 'server-unreachable'],
  [
    'silence in the middle',
    (_, r) => {
      r.write('{')
    },
    'server-unreachable',
  ],
  ['a byte now and then', (_, r) => dripOn(r), 'server-unreachable'],
  ['an error, a byte now and then', (_, r) => dripOn(r.writeHead(500)), 'server-refused'],
  [
    'more than it may',
    (_, r) => {
      const part = Buffer.alloc(1_048_576, 32)
      const more = () => {
        while (!r.destroyed && r.write(part));
        r.once('drain', more)
      }
      more()
    },
    'limit-exceeded',
  ],
])('a server that answers with %s is refused', async (_, answer, code) => {
  const { url } = await serve(answer)
  await expect(readFrom(url, null, 150)).rejects.toMatchObject({ code })
})

test('folders without an end are bounded', async () => {
  const { url } = await serve((request, response) => {
    const asked = new URL(request.url ?? '', 'http://h')
    if (asked.pathname.endsWith('/get')) return mlflow(request, response)
    const path = asked.searchParams.get('path')
    response.end(
      JSON.stringify({ files: [{ path: path === null ? 'a' : `${path}/a`, is_dir: true }] }),
    )
  })
  await expect(readFrom(url)).rejects.toMatchObject({ code: 'limit-exceeded' })
})

test.each([
  'http://mlflow.example.org',
  'ftp://127.0.0.1',
  'https://ann:pw@mlflow.example.org',
  'https://mlflow.example.org?token=pw',
  'mlflow.example.org',
])('the address %s is refused, and what is secret in it not told', async (url) => {
  const error = await readFrom(url).then(String, String)
  expect(error).toContain('address')
  expect(error).not.toContain('pw')
})
