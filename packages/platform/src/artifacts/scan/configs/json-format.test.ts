import { describe, expect, test } from 'vitest'
import { rulesOf, scanBytes, survivesDamage } from '../scan-bytes.fixture.ts'
import { isJsonObject, JsonFault, readJson } from './json-reader.ts'

describe('readJson', () => {
  test('reads what JSON.parse reads', () => {
    const value = [1.5, -2e3, 'a"\\\n\u00e9\ud83d\ude00', true, false, null, [], {}, [[['x']]]]
    const text = JSON.stringify({ value, empty: '' }, null, 1)
    const read = readJson(text).value
    expect(isJsonObject(read) && read.get('value')).toEqual(
      value.map((item) =>
        item !== null && typeof item === 'object' && !Array.isArray(item) ? new Map() : item,
      ),
    )
  })

  test('tells keys that stand twice, and where the text ends', () => {
    expect(readJson('{"a": 1, "a": 2, "b": {"a": 3}} x')).toMatchObject({
      duplicates: ['a'],
      end: 31,
    })
  })

  test('reads the numbers of Python', () => {
    expect(readJson('[NaN, Infinity, -Infinity]').value).toEqual([NaN, Infinity, -Infinity])
  })

  test.each([
    '{',
    '[1,]',
    '{"a"}',
    '{"a":1,}',
    '"a',
    '"\\x"',
    '[1 2]',
    'nul',
    '',
    "{'a':1}",
    '"\n"',
    '[-]',
  ])('refuses %s', (text) => {
    expect(() => readJson(text)).toThrow(JsonFault)
  })

  test('nests as deep as it likes, and holds only so much', () => {
    const depth = 20_000
    expect(readJson('['.repeat(depth) + ']'.repeat(depth)).end).toBe(2 * depth)
    expect(() => readJson(`[${'{},'.repeat(1_000_001)}1]`)).toThrow('over 1,000,000 objects')
  })
})

describe('configurations', () => {
  test.each([
    [
      'a model',
      { architectures: ['LlamaForCausalLM'], auto_map: {}, target: 'en', custom_pipelines: {} },
    ],
    [
      'parts of a sentence model',
      [{ idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' }],
    ],
    ['an index of weights', { weight_map: { a: 'model-00001-of-00002.safetensors' } }],
    [
      'a tokenizer',
      { chat_template: [{ name: 'default', template: '{{ messages[0].content }}' }] },
    ],
    [
      'parts of a model',
      {
        model: { _target_: 'torch.nn.Linear', in_features: 3 },
        opt: { _target_: 'torch.optim.Adam', _partial_: true },
      },
    ],
    ['a data set', [{ text: 'os.system("id")' }, { text: 'b' }]],
    [
      'a latent diffusion model',
      { target: 'ldm.models.diffusion.ddpm.LatentDiffusion', params: {} },
    ],
  ])('%s is clean', async (_, value) => {
    expect(await scanBytes(JSON.stringify(value))).toMatchObject({ format: 'json', findings: [] })
  })

  test.each([
    [
      'code with the model',
      { auto_map: { AutoModel: 'modeling_x.X' } },
      'config-remote-code',
      'suspicious',
    ],
    [
      'code of another repository',
      { auto_map: { AutoTokenizer: ['evil/repo--tok.T', null] } },
      'config-remote-code',
      'suspicious',
    ],
    [
      'a pipeline',
      { custom_pipelines: { p: { impl: 'p.P' } } },
      'config-remote-code',
      'suspicious',
    ],
    [
      'a base of nobody',
      { auto_mapping: { parent_library: 'my_package.x' } },
      'config-remote-code',
      'suspicious',
    ],
    [
      'a part of nobody',
      [{ idx: 0, name: '0', path: '', type: 'my_package.Part' }],
      'config-remote-code',
      'suspicious',
    ],
    [
      'a part that calls',
      [{ idx: 0, name: '0', path: '', type: 'os.system' }],
      'config-dangerous-target',
      'malicious',
    ],
    [
      'weights from elsewhere',
      { weight_map: { a: 'x.safetensors', b: '../../y.bin' } },
      'config-path-escape',
      'suspicious',
    ],
    ['trust', { a: [{ trust_remote_code: true }] }, 'config-remote-code', 'suspicious'],
    [
      'a call',
      { a: [{ b: { _target_: 'os.system', _args_: ['id'] } }] },
      'config-dangerous-target',
      'malicious',
    ],
    [
      'a function spelled as text',
      { restore_fn: 'lambda x: eval(x.decode())' },
      'described-code',
      'suspicious',
    ],
    ['a built-in', { _target_: 'builtins.exec' }, 'config-dangerous-target', 'malicious'],
    [
      'a look-up',
      { _target_: 'hydra.utils.get_method', path: 'os.system' },
      'config-dangerous-target',
      'malicious',
    ],
    [
      'a wrapped call',
      { _target_: 'functools.partial', _args_: ['subprocess.Popen'] },
      'config-dangerous-target',
      'malicious',
    ],
    [
      'a diffusion call',
      { target: 'os.system', params: { command: 'id' } },
      'config-dangerous-target',
      'malicious',
    ],
    [
      'a template',
      { x: { chat_template: '{{ a.__class__ }}' } },
      'template-python-internals',
      'malicious',
    ],
    [
      'one of several templates',
      { chat_template: [{ name: 'a', template: '{{ a.__class__ }}' }] },
      'template-python-internals',
      'malicious',
    ],
    [
      'templates by name',
      { custom_chat_template: { a: '{{ a.__class__ }}' } },
      'template-python-internals',
      'malicious',
    ],
    [
      'a template by a name of its own',
      { 'a.b': '{{ x.__init__.__globals__ }}', a: { b: '{{ message }}' } },
      'template-python-internals',
      'malicious',
    ],
  ])('%s is found', async (_, value, rule, verdict) => {
    const scanned = await scanBytes(JSON.stringify(value, null, 2))
    expect(rulesOf(scanned)).toEqual([rule])
    expect(scanned.verdict).toBe(verdict)
  })

  test('every line counts where each is a text', async () => {
    const lines = `${'{"a": 1}\n'.repeat(50)}{"_target_": "os.system"}\n{"a": 2}`
    expect(rulesOf(await scanBytes(lines))).toEqual(['config-dangerous-target'])
  })

  test('what is no JSON, or no text, is not clean', async () => {
    for (const bytes of [
      '{"a": 1',
      '{"a": 1} and more',
      '{"a": \u0000}',
      Uint8Array.of(0x7b, 0x22, 0xff, 0x22),
    ]) {
      const scanned = await scanBytes(bytes)
      expect(rulesOf(scanned)).toEqual(['json-malformed'])
      expect(scanned.verdict).toBe('incomplete')
    }
  })

  test('damage never makes the scan fail', async () => {
    const value = { chat_template: '{{ a }}', n: [1.5e3, true], auto_map: { A: 'b.C' } }
    await survivesDamage(new TextEncoder().encode(JSON.stringify(value)))
  })
})
