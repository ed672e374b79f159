// Rules about files of computation graphs: ONNX, TensorFlow and TensorFlow Lite.

import type { ScanRule } from './scan-rule.ts'

/** Rules about files of computation graphs. */
export const graphRules = {
  'onnx-malformed': {
    severity: 'unread',
    finds:
      'an ONNX file that is cut off, holds what the format does not have, or is larger than is read',
    effect: 'what it does is not known',
    ids: ['CWE-20'],
  },
  'onnx-external-escape': {
    severity: 'critical',
    finds: 'weights of an ONNX model that lie in memory, or in a file outside of its folder',
    effect: 'loading the model reads that file or that memory into it, and saving it writes there',
    ids: ['CWE-22', 'CVE-2022-25882', 'CVE-2024-27318', 'CVE-2025-51480', 'CVE-2026-34445'],
  },
  'onnx-custom-operator': {
    severity: 'high',
    finds: 'operators that are part of neither ONNX nor its runtime',
    effect: 'running the model needs native code or Python that is not in the file',
    ids: ['CWE-829'],
  },
  'onnx-repeated-field': {
    severity: 'high',
    finds: 'a field that may stand once and stands twice',
    effect: 'readers disagree about which graph or name they load',
    ids: ['CWE-436'],
  },
  'onnx-impossible-size': {
    severity: 'high',
    finds: 'a stored tensor whose dimensions no file can have',
    effect: 'readers that compute with them reserve too little memory, or all of it',
    ids: ['CWE-190'],
  },
  'tensorflow-malformed': {
    severity: 'unread',
    finds:
      'a TensorFlow file that is cut off, holds what the format does not have, or is larger than is read',
    effect: 'what it does is not known',
    ids: ['CWE-20'],
  },
  'tensorflow-code-operator': {
    severity: 'critical',
    finds:
      'a TensorFlow graph with an operator that calls Python or native code, or ends the program',
    effect: 'running the model makes the call',
    ids: ['CWE-94'],
  },
  'tensorflow-write-operator': {
    severity: 'critical',
    finds: 'a TensorFlow graph that writes files which it names itself',
    effect: 'running the model writes there',
    ids: ['CWE-73'],
  },
  'tensorflow-read-operator': {
    severity: 'high',
    finds: 'a TensorFlow graph that reads files, or reaches the network',
    effect: 'running the model reads what it names into the result',
    ids: ['CWE-73'],
  },
  'tensorflow-path-escape': {
    severity: 'high',
    finds: 'a file of a saved model that lies out of its folder',
    effect: 'loading the model reads it',
    ids: ['CWE-22'],
  },
  'tflite-malformed': {
    severity: 'unread',
    finds: 'a TensorFlow Lite model with an offset that leads out of the file',
    effect: 'what lies behind it was not read',
    ids: ['CWE-125'],
  },
  'tflite-wrong-index': {
    severity: 'high',
    finds:
      'a TensorFlow Lite model that uses tensors, buffers, operators or dimensions which are not there',
    effect: 'interpreters that do not check read and write outside of their memory',
    ids: ['CWE-787', 'CVE-2020-15211', 'CVE-2020-15212'],
  },
  'script-unknown-operator': {
    severity: 'high',
    finds:
      'an operator or a compiled class in the code of a TorchScript archive that is not known to compute only',
    effect:
      'its code may run when the archive is loaded, and is native code that is not in the file',
    ids: ['CWE-829'],
  },
  'tflite-custom-operator': {
    severity: 'high',
    finds: 'a TensorFlow Lite model with operators that no interpreter has built in',
    effect: 'running the model needs native code that is not in the file',
    ids: ['CWE-829'],
  },
} as const satisfies Readonly<Record<string, ScanRule>>
