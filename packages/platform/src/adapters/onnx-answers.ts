// What a child process says, before it is believed to be an answer: native code that has gone wrong in it can say anything, and
// must not be able to end the program that asked.

import type { ChildMessage } from './onnx-messages.ts'

const refusals: readonly unknown[] = ['model-changed', 'model-malformed', 'model-failed']

/** Whether a message has the form of an answer; what the numbers in it mean is for whoever asked. */
export function isAnswer(message: unknown): message is ChildMessage {
  if (typeof message !== 'object' || message === null || !('answer' in message)) return false
  const { answer, code, reason, version, inputs, outputs }: Readonly<Record<string, unknown>> = {
    ...message,
  }
  if (answer === 'ready') return typeof version === 'string'
  if (answer === 'loaded') return Array.isArray(inputs) && Array.isArray(outputs)
  if (answer === 'ran') return Array.isArray(outputs)
  return answer === 'refused' && refusals.includes(code) && typeof reason === 'string'
}
