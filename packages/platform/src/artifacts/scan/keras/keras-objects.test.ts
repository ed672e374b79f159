import { describe, expect, test } from 'vitest'
import { rulesOf, scanBytes, zip } from '../scan-bytes.fixture.ts'

const object = (module: string | null, className: string, config: unknown = {}) => ({
  module,
  class_name: className,
  config,
  registered_name: null,
})
const model = (...layers: unknown[]) => object('keras', 'Sequential', { name: 's', layers })
const call = (module: string, name: string) => object(module, 'function', name)

test('a .keras file is scanned through its configuration', async () => {
  const config = model(
    object('keras.layers', 'Dense', { name: 'a/b', units: 1, activation: 'relu' }),
  )
  const files = {
    'metadata.json': '{"keras_version": "3.15.1"}',
    'config.json': JSON.stringify(config),
  }
  expect(await scanBytes(zip(files))).toMatchObject({
    format: 'keras',
    verdict: 'clean',
    findings: [],
  })
  const hostile = { ...files, 'config.json': JSON.stringify(model(call('os', 'system'))) }
  const scanned = await scanBytes(zip(hostile))
  expect(scanned).toMatchObject({ format: 'keras', verdict: 'malicious' })
  expect(scanned.findings[0]).toMatchObject({
    rule: 'keras-dangerous-object',
    location: 'config.json',
  })
})

describe('clean', () => {
  test.each([
    [
      'layers and what they are made of',
      model(
        object('keras.layers', 'Dense', {
          kernel_initializer: object('keras.initializers', 'GlorotUniform'),
          dtype: object('keras', 'DTypePolicy', { name: 'float32' }),
        }),
      ),
    ],
    [
      'operations',
      model(object('keras.src.ops.numpy', 'Multiply'), {
        class_name: '__keras_tensor__',
        config: { shape: [1] },
      }),
    ],
    [
      'what older Keras registers its own optimizers as',
      { loss: 'mse', optimizer_config: { class_name: 'Custom>Adam', config: { lr: 1 } } },
    ],
    [
      'an older model',
      {
        class_name: 'Functional',
        config: {
          layers: [
            { class_name: 'LSTM', config: { name: 'l' } },
            { class_name: 'TFOpLambda', config: { function: 'math.multiply' } },
          ],
        },
      },
    ],
    [
      'a vocabulary in the file',
      model(object('keras.layers', 'StringLookup', { vocabulary: ['a', 'b'] })),
    ],
    [
      'a vocabulary among the assets',
      model(object('keras.layers', 'TextVectorization', { vocabulary: null })),
    ],
    [
      'a description of a tensor',
      model({
        class_name: '__typespec__',
        spec_name: 'TensorSpec',
        module: 'tensorflow.python.framework.tensor',
        config: [],
      }),
    ],
    ['a hub model', object('keras_hub.src.models.bert.bert_backbone', 'BertBackbone')],
  ])('%s', async (_, value) => {
    expect(await scanBytes(JSON.stringify(value))).toMatchObject({ format: 'json', findings: [] })
  })
})

describe('found', () => {
  const lambda = { class_name: '__lambda__', config: { code: '4wEA' } }
  test.each([
    [
      'code in a Lambda layer',
      model(object('keras.layers', 'Lambda', { function: lambda })),
      'keras-lambda',
      'CVE-2024-3660',
    ],
    [
      'code in an older Lambda layer',
      { class_name: 'Lambda', config: { function: ['4wEA', null, null] } },
      'keras-lambda',
      'CVE-2025-9905',
    ],
    [
      'code in a tuple',
      {
        class_name: 'Lambda',
        config: { function: { class_name: '__tuple__', items: ['4wEA', null] } },
      },
      'keras-lambda',
      'CVE-2024-3660',
    ],
    [
      'a Lambda layer without a function',
      model(object('keras.layers', 'Lambda', { name: 'l' })),
      'keras-lambda',
      'CVE-2024-3660',
    ],
    [
      'somebody’s class under the name of everybody’s',
      { class_name: 'Custom>Mine', config: {} },
      'keras-unknown-object',
      'CVE-2025-1550',
    ],
    [
      'code for a shape',
      { class_name: 'Lambda', config: { function: 'f', output_shape: ['4wEA'] } },
      'keras-lambda',
      'CVE-2024-3660',
    ],
    [
      'code as an activation',
      model(object('keras.layers', 'Dense', { activation: lambda })),
      'keras-lambda',
      'CVE-2026-12481',
    ],
    [
      'a layer deep inside',
      model(
        object('keras.layers', 'TimeDistributed', {
          layer: model(object('keras.layers', 'Lambda', { function: lambda })),
        }),
      ),
      'keras-lambda',
      'CVE-2024-3660',
    ],
    [
      'a module of Python',
      model(object('subprocess', 'Popen', { args: 'id' })),
      'keras-dangerous-object',
      'CVE-2025-1550',
    ],
    [
      'a function of Python',
      model(call('builtins', 'exec')),
      'keras-dangerous-object',
      'CVE-2025-1550',
    ],
    [
      'a download',
      model(call('keras.utils', 'get_file')),
      'keras-dangerous-object',
      'CVE-2025-8747',
    ],
    [
      'a download by its inner name',
      model(call('keras.src.utils.file_utils', 'get_file')),
      'keras-dangerous-object',
      'CVE-2025-8747',
    ],
    [
      'safety turned off',
      model(call('keras.config', 'enable_unsafe_deserialization')),
      'keras-dangerous-object',
      'CVE-2025-9906',
    ],
    [
      'safety turned off from the package',
      model(call('keras.src.saving.serialization_lib', 'enable_unsafe_deserialization')),
      'keras-dangerous-object',
      'CVE-2025-9906',
    ],
    [
      'a loader',
      model(call('keras.models', 'load_model')),
      'keras-dangerous-object',
      'CVE-2025-1550',
    ],
    [
      'a file operation',
      { class_name: 'TFOpLambda', config: { function: 'io.write_file' } },
      'keras-dangerous-object',
      'CVE-2025-1550',
    ],
    [
      'a Python operation',
      { class_name: 'TFOpLambda', config: { function: 'numpy_function' } },
      'keras-dangerous-object',
      'CVE-2025-1550',
    ],
    [
      'a type of another module',
      model({ class_name: '__typespec__', spec_name: 'system', module: 'os', config: [] }),
      'keras-dangerous-object',
      'CVE-2025-1550',
    ],
    [
      'a module of nobody',
      model(object('my_package.layers', 'Attention')),
      'keras-unknown-object',
      'CVE-2025-1550',
    ],
    [
      'a class of nobody',
      { class_name: 'Custom>Attention', config: {} },
      'keras-unknown-object',
      'CVE-2025-1550',
    ],
    [
      'a function of nobody',
      { class_name: 'Lambda', config: { function: 'f', function_type: 'function' } },
      'keras-unknown-object',
      'CVE-2025-1550',
    ],
    [
      'a module that a setting names',
      model(object('keras.layers', 'Dense', { fn_module: 'subprocess' })),
      'keras-dangerous-object',
      'CVE-2025-1550',
    ],
    [
      'a function that a setting names, which fetches files',
      model(object('keras.layers', 'Dense', { fn: 'keras.utils.get_file', url: 'http://a/b' })),
      'keras-dangerous-object',
      'CVE-2025-8747',
    ],
    [
      'code in a setting',
      model(object('keras.layers', 'Dense', { initializer: "__import__('os')" })),
      'keras-dangerous-object',
      'CVE-2025-1550',
    ],
    [
      'a loss of somebody else',
      { loss: { out: ['mse', 'my_loss'] }, metrics: null, optimizer_config: {} },
      'keras-unknown-object',
      'CVE-2025-1550',
    ],
    [
      'a PyTorch module',
      model(object('keras.layers', 'TorchModuleWrapper', { module: 'UEsD' })),
      'keras-embedded-model',
      'CVE-2025-49655',
    ],
    [
      'another model',
      model(object('keras.layers', 'TFSMLayer', { filepath: '/tmp/x' })),
      'keras-embedded-model',
      'CVE-2026-1462',
    ],
    [
      'a vocabulary elsewhere',
      model(object('keras.layers', 'StringLookup', { vocabulary: '/etc/passwd' })),
      'keras-file-reference',
      'CVE-2025-12058',
    ],
    [
      'a vocabulary on the network',
      model(object('keras.layers', 'TextVectorization', { vocabulary: 'http://a/b' })),
      'keras-file-reference',
      'CVE-2025-12058',
    ],
    [
      'a name that leads out',
      model(object('keras.layers', 'Dense', { name: 'a/../../b' })),
      'keras-name-escape',
      'CVE-2026-12479',
    ],
  ])('%s', async (_, value, rule, id) => {
    const scanned = await scanBytes(JSON.stringify(value))
    expect(rulesOf(scanned)).toContain(rule)
    expect(scanned.findings.find((finding) => finding.rule === rule)?.ids).toContain(id)
    expect(['malicious', 'suspicious']).toContain(scanned.verdict)
  })
})

test('what one configuration was compiled with is not told of the one around it', async () => {
  const inner = { loss: 'stolen', optimizer: 'adam' }
  const config = { loss: { out: inner }, optimizer: 'adam' }
  const { findings } = await scanBytes(
    zip({
      'metadata.json': '{"keras_version": "3.15.1"}',
      'config.json': JSON.stringify({ ...model(), compile_config: config }),
    }),
  )
  expect(findings.map(({ detail }) => detail)).toEqual([
    '`compile_config.loss.out.loss`: `stolen` is not part of Keras',
  ])
})
