import { describe, expect, test } from 'vitest'
import { rulesOf, scanBytes } from '../scan-bytes.fixture.ts'

const scanned = (template: string) => scanBytes(template, 'chat_template.jinja')

const benign = {
  chatml:
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}" +
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
  llama:
    "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + " +
    "message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}" +
    '{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}',
  mistral:
    "{%- if messages[0]['role'] == 'system' %}{%- set loop_messages = messages[1:] %}{%- else %}{%- set loop_messages = " +
    "messages %}{%- endif %}{%- set user = loop_messages | selectattr('role', 'equalto', 'user') | list %}" +
    "{{- raise_exception('roles must alternate: ' ~ messages[loop.index0 - 1].role) }}",
  qwen:
    '{%- macro shown(content) %}{{- content | string }}{%- endmacro %}{%- set ns = namespace(multi_step=true, last=0) %}' +
    '{%- for message in messages[::-1] %}{%- set ns.last = loop.index0 %}{%- endfor %}{{- shown(tools | tojson) }}' +
    "{%- if message.content is string and not (message.content.startswith('<tool_response>')) %}" +
    "{%- set reasoning = message.content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}" +
    "{%- endif %}{{- {'a': {'b': 1}} | tojson }}{{- {'x': message}['x']['role'] }}",
  tools:
    "{{- '{\"name\": ' + (tool.function.name | tojson) ~ '}' }}{% set names = tools | map(attribute='name') | join(', ') %}" +
    "{{ strftime_now('%d %b %Y') }}{{ tools | sort(attribute='name') | first }}{{ '%s: %s' | format(a, b) }}",
  comments: '{# {{ x.__class__ }} #}{% raw %}{{ x.__class__ }}{% endraw %} messages __init__',
}

test.each(Object.entries(benign))('a template of the style of %s is clean', async (_, template) => {
  expect(await scanned(template)).toMatchObject({ format: 'jinja', verdict: 'clean', findings: [] })
})

describe('runs code', () => {
  test.each([
    "{% for c in [].__class__.__base__.__subclasses__() %}{% if c.__name__ == 'catch_warnings' %}{% endif %}{% endfor %}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ ''|attr('__class__')|attr('__mro__') }}",
    "{{ request['application']['\\x5f\\x5fglobals\\x5f\\x5f'] }}",
    "{{ x['\\137\\137class\\137\\137'] }}{{ messages }}",
    "{{ x['\\N{LOW LINE}\\N{LOW LINE}class\\u005f_'] }}",
    "{{ x['__cla' ~ 'ss__'] }}",
    "{{ x|attr('__cl' 'ass__') }}",
    "{% set a = '__glo' %}{{ (a, '__glo' + 'bals__') }}",
    "{{ '{0.__class__.__init__}'.format(x) }}",
    "{{ messages|map(attribute='__class__')|list }}",
    '{{ self._TemplateReference__context }}',
    '{{ x.gi_frame.f_back.f_globals }}',
    '{{ x.__ｃlass__ }}',
    '{{ x.＿＿class＿＿ }}',
    "{% if true %}{{ getattr(x, 'a') }}{% endif %}",
    "{{ __import__('os').system('id') }}",
    "{%- set x = {'a': ''.__class__} -%}",
    '{% raw %}{% endraw %}{{ x.__class__ }}',
    '{{ "}}" ~ x.__class__ }}',
    "{{ '%}' }}{% set y = x.__class__ %}",
  ])('%s', async (template) => {
    const { verdict, findings } = await scanned(template)
    expect(verdict).toBe('malicious')
    const internals = findings.filter(({ rule }) => rule === 'template-python-internals')
    expect(internals.length).toBeGreaterThan(0)
    expect(internals[0]?.ids).toContain('CVE-2024-34359')
  })
})

describe('hides what it reads', () => {
  test.each([
    ['{{ x|attr(name) }}', 'template-computed-attribute'],
    ["{{ x['a' ~ b] }}", 'template-computed-attribute'],
    ["{{ x['ssalc'|reverse] }}", 'template-computed-attribute'],
    ["{{ x['%c%c' % (95, 95)] }}", 'template-computed-attribute'],
    ["{{ x[['a','b']|join] }}", 'template-computed-attribute'],
    ["{{ x[('_' * 2)] }}", 'template-computed-attribute'],
    ['{{ messages|map(attribute=name) }}', 'template-computed-attribute'],
    ["{{ messages|map('attr', name) }}", 'template-computed-attribute'],
    ['{{ messages|map(name) }}', 'template-computed-attribute'],
    ["{{ messages|selectattr(a ~ 'b') }}", 'template-computed-attribute'],
    ['{{ lipsum | string }}', 'template-global'],
    ["{{ joiner(', ') }}", 'template-global'],
    ['{{ namespace["a"] }}', 'template-global'],
    ["{{ requests.get('https://example.test/') }}", 'template-global'],
    ["{% set x = os.environ.get('KEY') %}", 'template-global'],
    ["{% include '/etc/passwd' %}", 'template-include'],
    ["{%- import 'other' as o -%}", 'template-include'],
  ])('%s', async (template, rule) => {
    const result = await scanned(template)
    expect(rulesOf(result)).toEqual([rule])
    expect(result.verdict).toBe('suspicious')
  })
})

test.each(['{{ x', '{% if "a %}', '{# never ends', '{% raw %}', `{{ x }}${'a'.repeat(5_000_000)}`])(
  'what does not end, or is too long, is not clean',
  async (template) => {
    const result = await scanned(template)
    expect(rulesOf(result)).toEqual(['template-malformed'])
    expect(result.verdict).toBe('incomplete')
  },
)

test('endless brackets and filters come to an end', async () => {
  const endless = ['x[', '{{', '|map(a)', "['a']~", '{']
  for (const piece of endless) {
    const result = await scanned(`{{ x${piece.repeat(10_000)} }}`)
    expect(result.format).toBe('jinja')
  }
})

test('a template for other ends may take in others, and yet not run code', async () => {
  const page = "{% extends 'base.html' %}{% block a %}{{ self.title() }}{% endblock %}"
  expect(await scanBytes(page, 'page.html')).toMatchObject({ format: 'jinja', findings: [] })
  expect((await scanBytes(`${page}{{ x.__class__ }}`, 'page.html')).verdict).toBe('malicious')
  expect(rulesOf(await scanBytes(`${page}{{ messages }}`, 'x'))).toEqual([
    'template-global',
    'template-include',
  ])
})
