// Rules about files of named tensors: safetensors and GGUF.

import type { ScanRule } from './scan-rule.ts'

/** Rules about files of named tensors: safetensors and GGUF. */
export const tensorRules = {
  'safetensors-malformed': {
    severity: 'unread',
    finds: 'a safetensors file whose header is not what the format allows, or that is cut off',
    effect: 'readers that mend it see what others do not',
    ids: ['CWE-20'],
  },
  'safetensors-duplicate-key': {
    severity: 'high',
    finds: 'a key that stands twice in the header of a safetensors file',
    effect: 'readers disagree about which tensor they load',
    ids: ['CWE-436'],
  },
  'safetensors-layout': {
    severity: 'high',
    finds: 'tensors of a safetensors file that share bytes, or bytes that belong to no tensor',
    effect: 'the file can be of another format at once, or carry what nobody sees',
    ids: ['CWE-436'],
  },
  'gguf-malformed': {
    severity: 'unread',
    finds: 'a GGUF file that is cut off or holds what the format does not have',
    effect: 'what comes after the fault was not read',
    ids: ['CWE-20'],
  },
  'gguf-impossible-size': {
    severity: 'high',
    finds: 'a count, length, dimension or alignment in a GGUF file that no file can have',
    effect: 'readers that compute with it reserve too little memory and write past its end',
    ids: ['CWE-190'],
  },
  'gguf-layout': {
    severity: 'high',
    finds: 'tensors of a GGUF file that share bytes or lie where none may',
    effect: 'readers write or read outside of what they reserved',
    ids: ['CWE-787'],
  },
  'gguf-name-escape': {
    severity: 'medium',
    finds: 'a GGUF setting whose name leads out of a folder',
    effect: 'a program that writes settings to files by name writes there',
    ids: ['CWE-22'],
  },
  'gguf-duplicate-name': {
    severity: 'high',
    finds: 'two tensors or two settings of one name in a GGUF file',
    effect: 'readers disagree about which of them they load',
    ids: ['CWE-436'],
  },
} as const satisfies Readonly<Record<string, ScanRule>>
