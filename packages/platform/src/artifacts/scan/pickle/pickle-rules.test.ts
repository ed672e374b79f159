// Every rule about pickles has files that break it. A rule without a case does not compile, and one switched off fails.

import { concatBytes, utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import type { pickleRules } from '../rules/pickle-rules.ts'
import { rulesOf, scanned } from '../scanned.fixture.ts'
import {
  build,
  bytes,
  dict,
  global,
  int,
  list,
  newObject,
  oldPickle,
  op,
  pickle,
  proto,
  reduce,
  stackGlobal,
  stop,
  text,
  tuple,
} from './pickle-bytes.fixture.ts'

type File = Uint8Array<ArrayBuffer>

const system = reduce(global('os', 'system'), text('id'))
const ordered = reduce(global('collections', 'OrderedDict'))
const array = (module: string) =>
  reduce(global(module, '_reconstruct'), global('numpy', 'ndarray'), tuple(int(0)), bytes(op(0x62)))

/** Containers in each other, each of which holds the one before ten times. */
function layers(depth: number, container: (held: File) => readonly File[]): File {
  let made = text('x')
  for (let at = 0; at < depth; at++) {
    const again = Array.from({ length: 9 }, () => op(0x68, at))
    made = concatBytes(...container(concatBytes(made, op(0x71, at), ...again)))
  }
  return made
}

const cases: Readonly<Record<keyof typeof pickleRules, Readonly<Record<string, File>>>> = {
  'pickle-dangerous-import': {
    'a call by protocol 4': pickle(system),
    'a call by names on the stack': pickle(reduce(stackGlobal('posix', 'system'), text('id'))),
    'an import that is never called': pickle(global('subprocess', 'Popen')),
    'protocol 0, INST': oldPickle(op(0x28), utf8("S'id'\nios\nsystem\n")),
    OBJ: pickle(op(0x28), global('os', 'system'), text('id'), op(0x6f)),
    NEWOBJ_EX: pickle(global('subprocess', 'Popen'), tuple(text('id')), dict(), op(0x92)),
    "Python 2's names": pickle(reduce(global('__builtin__', 'eval'), text('1'))),
    'a result that is dropped': pickle(system, op(0x30), int(1)),
    'behind a broken instruction': concatBytes(proto(4), system, op(0xff)),
    'in the second pickle': concatBytes(pickle(int(1)), pickle(system)),
    'after a memo of both kinds': pickle(
      text('os'),
      op(0x71, 0),
      text('system'),
      op(0x71, 1),
      text('torch._utils'),
      op(0x94),
      text('_rebuild_tensor_v2'),
      op(0x94),
      op(0x30, 0x30, 0x30, 0x30),
      op(0x68, 0),
      op(0x68, 1),
      op(0x93),
      tuple(text('id')),
      op(0x52),
    ),
    'inside a frame that lies': concatBytes(
      proto(4),
      op(0x95, 1, 0, 0, 0, 0, 0, 0, 0),
      system,
      stop,
    ),
    'a name in escapes': oldPickle(
      utf8('Vo\\u0073\nV\\u0073ystem\n'),
      op(0x93),
      tuple(text('id')),
      op(0x52),
    ),
    'in an array of objects': pickle(
      build(
        array('numpy.core.multiarray'),
        tuple(int(1), tuple(int(1)), int(0), int(0), list(system)),
      ),
    ),
    'in a file within a pickle': pickle(
      reduce(global('torch.storage', '_load_from_bytes'), bytes(pickle(system))),
    ),
    "resolving names: the scanners' universal bypass": pickle(
      reduce(global('pkgutil', 'resolve_name'), text('os:system')),
    ),
    'numpy that evaluates': pickle(
      reduce(global('numpy.testing._private.utils', 'runstring'), text('1'), dict()),
    ),
  },
  'pickle-computed-call': {
    'a call of what a call gave': pickle(
      reduce(reduce(global('operator', 'attrgetter'), text('system')), text('id')),
    ),
    'a call of what an allowed call gave': pickle(reduce(ordered, text('id'))),
    'a call of a text': pickle(reduce(text('os.system'), text('id'))),
  },
  'pickle-build-on-import': {
    'a state for a class': pickle(
      build(global('collections', 'OrderedDict'), dict(text('x'), int(1))),
    ),
    'items for a module’s dict': pickle(global('sys', 'modules'), text('os'), int(1), op(0x73)),
  },
  'pickle-unknown-import': {
    'a module nobody knows': pickle(global('my_company.models', 'Scorer')),
    'an unknown name of a known module': pickle(global('collections', 'ChainMap')),
    'a known class in another module': pickle(global('sklearn', 'LogisticRegression')),
  },
  'pickle-carried': {
    'as bytes': pickle(bytes(pickle(system))),
    'as base64': pickle(text(Buffer.from(pickle(system)).toString('base64'))),
    'as hexadecimal': pickle(text(Buffer.from(pickle(system)).toString('hex'))),
    'in a carried one': pickle(bytes(pickle(list(bytes(pickle(system)))))),
    'of an unknown function': pickle(bytes(pickle(reduce(global('builtins', 'print'))))),
  },
  'pickle-attribute-access': {
    getattr: pickle(reduce(global('builtins', 'getattr'), ordered, text('pop'))),
  },
  'pickle-code-object': {
    dill: pickle(reduce(global('dill._dill', '_create_function'), int(1))),
    cloudpickle: pickle(reduce(global('cloudpickle.cloudpickle', '_make_function'), int(1))),
  },
  'pickle-dotted-name': {
    'through a module': pickle(stackGlobal('numpy', 'core._internal.ast')),
    'through a class': pickle(stackGlobal('collections', 'OrderedDict.fromkeys')),
  },
  'pickle-computed-import': {
    'a number for a name': pickle(text('os'), int(1), op(0x93)),
    'the result of a call for a module': pickle(
      reduce(global('_codecs', 'encode'), text('os'), text('latin1')),
      text('system'),
      op(0x93),
    ),
  },
  'pickle-unexpected-arguments': {
    'another codec': pickle(reduce(global('_codecs', 'encode'), text('x'), text('rot13'))),
    "joblib's wrapper, whose initialiser pads its array": pickle(
      reduce(global('joblib.numpy_pickle', 'NumpyArrayWrapper')),
    ),
    'a device that is none': pickle(reduce(global('torch', 'device'), text('echo x'))),
    'a base that is no class': pickle(
      reduce(global('copyreg', '_reconstructor'), text('x'), text('y'), text('z')),
    ),
    'a factory that is a function': pickle(
      reduce(global('collections', 'defaultdict'), global('_codecs', 'encode')),
    ),
    'a universal function by another module': pickle(
      reduce(global('numpy.core', '_ufunc_reconstruct'), text('os'), text('system')),
    ),
    'a rebuild by another function': pickle(
      reduce(
        global('torch._tensor', '_rebuild_from_type_v2'),
        global('_codecs', 'encode'),
        global('torch', 'Tensor'),
        tuple(),
        dict(),
      ),
    ),
    'an initialiser that reads a file': pickle(
      reduce(global('xgboost.core', 'Booster'), text('/etc/passwd')),
    ),
    'arguments that are a list': pickle(
      global('collections', 'OrderedDict'),
      list(int(1)),
      op(0x52),
    ),
  },
  'pickle-unexpected-build': {
    'a state for bytes': pickle(
      build(
        reduce(global('_codecs', 'encode'), text('x'), text('latin1')),
        dict(text('x'), int(1)),
      ),
    ),
    'a state for a list': pickle(build(list(int(1)), dict(text('x'), int(1)))),
    'items for an estimator': pickle(
      newObject(global('sklearn.linear_model._logistic', 'LogisticRegression')),
      op(0x28),
      int(1),
      op(0x65),
    ),
  },
  'pickle-special-attribute': {
    'the setter of states': pickle(
      build(
        newObject(global('argparse', 'Namespace')),
        dict(text('__setstate__'), global('builtins', 'list')),
      ),
    ),
    'its class': pickle(
      build(
        newObject(global('argparse', 'Namespace')),
        tuple(int(1), dict(text('__class__'), int(1))),
      ),
    ),
    'behind many others': pickle(
      build(
        newObject(global('argparse', 'Namespace')),
        dict(
          ...Array.from({ length: 60 }, (_, at) => [text(`a${at}`), int(1)]).flat(),
          text('__setstate__'),
          int(1),
        ),
      ),
    ),
    'the method that APPEND calls': pickle(
      build(
        newObject(global('argparse', 'Namespace')),
        dict(text('append'), global('builtins', 'list')),
      ),
    ),
  },
  'pickle-function-as-value': {
    'in a dict': pickle(dict(text('f'), global('torch.storage', '_load_from_bytes'))),
    'in a list': pickle(list(global('copyreg', '_reconstructor'))),
  },
  'pickle-extension-code': { EXT1: pickle(op(0x82, 7)), EXT4: pickle(op(0x84, 7, 0, 0, 0)) },
  'pickle-persistent-id': {
    'in no PyTorch file': pickle(text('x'), op(0x51)),
    'as a line': pickle(utf8('Px\n')),
  },
  'pickle-odd-instruction': {
    DUP: pickle(int(1), op(0x32), op(0x86)),
    'a second header': pickle(proto(2), int(1)),
    'a value that is left over': pickle(text('x'), int(1)),
  },
  'pickle-unfolding': {
    'lists of one list, ten deep': pickle(layers(10, (held) => [op(0x28), held, op(0x6c)])),
    'tuples of one tuple': pickle(layers(10, (held) => [op(0x28), held, op(0x74)])),
    'lists that are filled': pickle(layers(10, (held) => [op(0x5d, 0x28), held, op(0x65)])),
    'sets of one tuple': pickle(layers(10, (held) => [op(0x28), op(0x28), held, op(0x91, 0x74)])),
    'dicts that are filled': pickle(layers(10, (held) => [op(0x7d, 0x28), held, op(0x75)])),
    'dicts from their items': pickle(layers(10, (held) => [op(0x28), held, op(0x64)])),
    'a list that holds itself sixty times': pickle(
      op(0x5d, 0x94),
      ...Array.from({ length: 60 }, () => op(0x68, 0, 0x61)),
    ),
  },
  'pickle-trailing-data': { 'no pickle': concatBytes(pickle(int(1)), utf8('\x01\x02 more')) },
  'pickle-malformed': {
    'no end': concatBytes(proto(4), text('x')),
    'no such instruction': concatBytes(proto(4), op(0xff)),
    'a text that is cut off': concatBytes(proto(4), op(0x58, 9, 0, 0, 0, 0x61)),
    'nothing on the stack': concatBytes(proto(4), op(0x52), stop),
    'a place of the memo that is empty': concatBytes(proto(4), op(0x68, 9), stop),
    'no mark': concatBytes(proto(4), op(0x74), stop),
    'a protocol of the future': concatBytes(proto(4), proto(9), int(1), stop),
    'a frame beyond the end': concatBytes(
      proto(4),
      op(0x95, 99, 0, 0, 0, 0, 0, 0, 0),
      int(1),
      stop,
    ),
    'a length beyond any file': concatBytes(
      proto(4),
      op(0x8d, 255, 255, 255, 255, 255, 255, 255, 255),
    ),
  },
  'pickle-limit': {
    'a place of the memo with thousands of digits': concatBytes(
      proto(4),
      int(1),
      utf8(`p${'0'.repeat(5000)}1\n`),
      stop,
    ),
  },
}

describe.each(Object.entries(cases))('%s', (rule, files) => {
  test.each(Object.entries(files))('%s', async (_, file) => {
    expect(await rulesOf(file)).toContain(rule)
  })
})

describe('verdicts', () => {
  test('malicious, suspicious and incomplete are told apart', async () => {
    expect(await scanned(pickle(system))).toMatchObject({ verdict: 'malicious', format: 'pickle' })
    expect(await scanned(pickle(global('a', 'b')))).toMatchObject({ verdict: 'suspicious' })
    expect(await scanned(concatBytes(proto(4), text('x')))).toMatchObject({ verdict: 'incomplete' })
  })

  test('a finding says what, where and which advisories', async () => {
    const { findings } = await scanned(
      pickle(int(1), op(0x30), reduce(global('pip', 'main'), text('x'))),
    )
    expect(findings[0]).toEqual({
      rule: 'pickle-dangerous-import',
      severity: 'critical',
      location: '@5',
      detail: '`pip.main` runs Python code',
      ids: ['CVE-2025-1716', 'GHSA-655q-fx9r-782v', 'CWE-502'],
    })
  })

  test('what a file names cannot steer a terminal', async () => {
    const { findings } = await scanned(pickle(stackGlobal('a\u001b[2J', 'b\u202e')))
    expect(findings[0]?.detail).toBe('`a\\u{1b}[2J.b\\u{202e}` is not known to be harmless')
  })
})
