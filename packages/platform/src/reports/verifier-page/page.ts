// The page that verifies receipts and packs: one file with its program, its style sheet and, where one is given, a receipt in it. A
// content security policy allows that program and that style sheet by their hashes, and nothing else: no request of any kind.

import { createHash } from 'node:crypto'
import { html } from '../html/markup.ts'
import { receiptElement } from './embedded-receipt.ts'
import { verifierStyleSheet } from './style.ts'
import { english } from './words-english.ts'

/** What the page is made of. */
export interface VerifierPage {
  /** The program for the browser, as one classic script. */
  readonly program: string
  /** Text of a receipt that the page is to show; null for the page alone. */
  readonly receipt: string | null
  readonly toolVersion: string
}

const sourceOf = (text: string) =>
  `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`

/** What would end a script's element, or start a comment in it, can only stand in a text of the program: there it is escaped. */
const asScript = (program: string) =>
  program.replaceAll('</script', String.raw`<\/script`).replaceAll('<!--', String.raw`<\!--`)

/** The page: always the same bytes for the same program, version and receipt. */
export function renderVerifierPage({ program, receipt, toolVersion }: VerifierPage): string {
  const script = asScript(program)
  const policy = [
    `default-src 'none'`,
    `script-src ${sourceOf(script)}`,
    `style-src ${sourceOf(verifierStyleSheet)}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ')
  const title = receipt === null ? english.title : english.titleOfOne
  const head = html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="proofhouse ${toolVersion}">
<title>${title}</title>
<style>`
  const body = html`</style>
</head>
<body>
<noscript><p>This page checks receipts with a program that stands in it. Allow scripts for this page, or use <code>proofhouse verify receipt</code>.</p></noscript>
<p class="unseen" id="status" role="status"></p>
<div id="page"></div>
`
  // Style sheet and program are this product's own; the receipt is made harmless by receiptElement. Nothing else is not escaped.
  const data = receipt === null ? '' : `${receiptElement(receipt)}\n`
  return `${head.toString()}${verifierStyleSheet}${body.toString()}${data}<script>${script}</script>\n</body>\n</html>\n`
}
