// The frame of every page: no script, no request, no font from elsewhere. A content security policy allows the one style sheet by its
// hash and nothing else.

import { createHash } from 'node:crypto'
import { html, type Markup } from './markup.ts'
import { styleSheet } from './style.ts'

/** A self-contained page, in English unless told otherwise. @param by `title` and `generator` are text */
export function page(
  by: {
    readonly title: string
    readonly generator: string
    readonly language?: string
    readonly direction?: 'ltr' | 'rtl'
  },
  content: Markup,
): string {
  const styleHash = createHash('sha256').update(styleSheet, 'utf8').digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`
  const head = html`<!doctype html>
<html lang="${by.language ?? 'en'}" dir="${by.direction ?? 'ltr'}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="${by.generator}">
<title>${by.title}</title>
<style>`
  const body = html`</style>
</head>
<body>
${content}
</body>
</html>
`
  // The style sheet is a constant of this program, and the only thing on the page that is not escaped.
  return `${head.toString()}${styleSheet}${body.toString()}`
}
