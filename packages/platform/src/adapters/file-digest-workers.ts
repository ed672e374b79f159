// Hashes many files, or large ones in parts, on all cores: batches of about equal size, the largest first, each fetched by the next
// free thread. Little work is done here at once, because starting a thread takes longer.

import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import { digestFile, type FileDigestAnswer, type FileDigestTask } from './file-digest.ts'

const workerFile = import.meta.url.endsWith('.ts')
  ? 'file-digest-worker.ts'
  : 'file-digest-worker.js'

/** A batch is full with so many bytes or files. */
const batchSizeBytes = 32 * 1_048_576
const batchFilesMax = 256
/** Opening and closing a file costs about as much as hashing this many bytes. */
const fileCostBytes = 65_536
/** Below this much work no thread is started. */
const threadedFromBytes = 24 * 1_048_576

/** Position in the answers, and the work itself. */
interface Numbered {
  readonly index: number
  readonly task: FileDigestTask
  readonly costBytes: number
}

/** The answers to tasks, in their order. */
export async function digestFiles(
  tasks: readonly FileDigestTask[],
  threads: number = availableParallelism(),
): Promise<readonly FileDigestAnswer[]> {
  const batches = batchesOf(tasks)
  const answers: FileDigestAnswer[] = []
  const total = batches.flat().reduce((sum, { costBytes }) => sum + costBytes, 0)
  if (threads < 2 || batches.length < 2 || total < threadedFromBytes) {
    for (const [index, task] of tasks.entries()) answers[index] = await digestFile(task)
    return answers
  }
  const threading = await import('node:worker_threads')
  const workers = Array.from(
    { length: Math.min(threads, batches.length) },
    () => new threading.Worker(new URL(workerFile, import.meta.url)),
  )
  try {
    await Promise.all(workers.map((worker) => work(worker, batches, answers)))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  return answers
}

/** Largest first; what is small travels together. */
function batchesOf(tasks: readonly FileDigestTask[]): Numbered[][] {
  const numbered = tasks
    .map((task, index): Numbered => {
      const bytes = task.parts.reduce((sum, { start, end }) => sum + end - start, 0)
      return { index, task, costBytes: bytes + fileCostBytes }
    })
    .toSorted((a, b) => b.costBytes - a.costBytes)
  const batches: Numbered[][] = []
  let [batch, filledBytes]: [Numbered[], number] = [[], 0]
  for (const item of numbered) {
    if (batch.length === 0) batches.push(batch)
    batch.push(item)
    filledBytes += item.costBytes
    if (filledBytes >= batchSizeBytes || batch.length >= batchFilesMax)
      [batch, filledBytes] = [[], 0]
  }
  return batches
}

/** Gives a thread one batch after the other until none is left. */
function work(worker: Worker, batches: Numbered[][], answers: FileDigestAnswer[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let batch: readonly Numbered[] = []
    const next = () => {
      const taken = batches.shift()
      if (taken === undefined) {
        resolve()
        return
      }
      batch = taken
      worker.postMessage(
        taken.map(({ task }) => task),
        [],
      )
    }
    worker.on('message', (found: readonly FileDigestAnswer[]) => {
      for (const [position, { index }] of batch.entries()) {
        const answer = found[position]
        if (answer !== undefined) answers[index] = answer
      }
      next()
    })
    worker.on('error', reject)
    worker.on('exit', () => reject(new Error('a hashing thread ended before its work')))
    next()
  })
}
