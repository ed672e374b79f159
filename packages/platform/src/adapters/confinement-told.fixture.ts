// A program that loads a model and prints what confined it.

import process from 'node:process'
import { sha256Hex } from '@proofhouse/evidence'
import { addOne } from '../artifacts/onnx.fixture.ts'
import { onnxRunner } from './onnx-runner.ts'

const bytes = addOne()
const session = await onnxRunner({ threads: 1 }).load({
  name: 'model.onnx',
  bytes,
  sha256: sha256Hex(bytes),
  runtime: 'native',
  memoryBytes: 512 * 2 ** 20,
  timeoutMs: 30_000,
})
process.stdout.write(JSON.stringify(session.confinement))
await session.close()
