// What the verifier's page needs beyond the style sheet of the reports. Logical properties, so that it mirrors in Arabic.

import { styleSheet } from '../html/style.ts'

const controls = `
button,.button{font:inherit;font-weight:600;color:var(--surface);background:var(--accent);
border:1px solid var(--accent);border-radius:.4rem;padding:.5rem 1rem;cursor:pointer;display:inline-block}
button:hover,.button:hover{text-decoration:underline}
#file:focus-visible+.button{outline:3px solid var(--accent);outline-offset:2px}
.unseen{position:absolute;inline-size:1px;block-size:1px;margin:-1px;overflow:hidden;
clip-path:inset(50%);white-space:nowrap}
.drop{position:relative;border:2px dashed var(--muted);border-radius:.5rem;padding:1.25rem}
.drop p+p{margin-block-start:.6rem}
.dragging .drop{border-color:var(--accent);background:var(--raised)}
.bar{display:flex;justify-content:space-between;align-items:center;gap:1rem;max-inline-size:none}
.bar button{color:var(--accent);background:none;padding:.3rem .8rem}
textarea{font:.875rem/1.45 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;inline-size:100%;display:block;
color:var(--ink);background:var(--page);border:1px solid var(--muted);border-radius:.35rem;padding:.5rem .65rem;
margin-block:.3rem .9rem}
textarea[aria-invalid=true]{border-color:var(--fail);border-width:2px}
.trust label{font-weight:600;font-size:.9375rem}
.trust p{margin-block-end:.9rem}
noscript p{padding:1rem;max-inline-size:46rem;margin-inline:auto}
`

const parts = `
.result{margin-block-end:1.25rem}
.result:focus{outline:none}
.result h2{font-size:1rem;color:var(--muted);font-weight:500}
.result .decision{margin-block-start:.6rem}
.result .reason{margin-block-start:.5rem;font-size:.9375rem}
.inconclusive .icon,.pass .icon,.warn .icon,.fail .icon{font-family:system-ui,sans-serif}
code{overflow-wrap:anywhere}
.short{white-space:nowrap}
.established{list-style:none;padding:0}
.established li{padding-inline-start:1.9rem;position:relative}
.established li::before{position:absolute;inset-inline-start:0;inline-size:1.3rem;text-align:center;font-weight:700}
.so::before{content:"✓";color:var(--pass)}
.not-so::before{content:"–";color:var(--warn)}
[lang=ar] h1,[lang=ar] h2{letter-spacing:normal}
[lang=ar] body{line-height:1.75}
tbody th{font-weight:600;min-inline-size:0}
@media (max-width:30rem){th,td{padding-inline:.3rem}}
.result a{color:inherit}
`

const paper = `
@media print{
.trust,.drop,#choose,.bar button,.result a{display:none}
.result .decision{border-width:1px;border-inline-start-width:.4rem}
}
@media (forced-colors:active){button,.button{border-color:ButtonText}}
`

/** The style sheet of the verifier's page. */
export const verifierStyleSheet = `${styleSheet}${controls}${parts}${paper}`.trim()
