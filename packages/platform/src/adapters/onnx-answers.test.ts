// What has not the form of an answer is none, so that the process that said it is ended.

import { expect, test } from 'vitest'
import { isAnswer } from './onnx-answers.ts'

test.each([
  { answer: 'ready', version: '1.0.0' },
  { answer: 'loaded', inputs: [], outputs: [] },
  { answer: 'ran', outputs: [] },
  { answer: 'refused', code: 'model-failed', reason: 'why' },
])('an answer: %j', (message) => {
  expect(isAnswer(message)).toBe(true)
})

test.each([
  null,
  'ran',
  {},
  { answer: 'other' },
  { answer: 'ready' },
  { answer: 'loaded', inputs: [] },
  { answer: 'ran', outputs: 'x' },
  { answer: 'refused' },
  { answer: 'refused', code: 'interrupted', reason: 'why' },
  { answer: 'refused', code: 'model-failed', reason: 5 },
])('no answer: %j', (message) => {
  expect(isAnswer(message)).toBe(false)
})
