import { createHash } from 'node:crypto'
import { PALETTE } from './palette.ts'

/** The report carries its style with it: it is opened from a folder, without a network, and printed. */
export const EVIDENCE_STYLE = `
${PALETTE}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.6 system-ui,sans-serif;overflow-wrap:anywhere}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-100rem}.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem}
.page{max-width:72rem;margin:0 auto;padding:1.5rem}
header{border-bottom:1px solid var(--line);margin-bottom:1.25rem;padding-bottom:1rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .5rem;text-wrap:balance}
h2{font-size:1.2rem;margin:2rem 0 .6rem}
p{margin:.6em 0;max-width:46rem}
.soft{color:var(--soft)}
dl.facts{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.2rem 1rem;margin:.8rem 0;font-size:.94rem}
dl.facts dt{color:var(--soft)}dl.facts dd{margin:0}
code{font-family:ui-monospace,monospace;font-size:.9em}
.wide{overflow-x:auto}
.wide svg{display:block;width:100%;min-width:54rem;height:auto}
svg text{fill:var(--ink);font:13px system-ui,sans-serif}svg .soft{fill:var(--soft)}
svg .lane{stroke:var(--line)}svg .mark{fill:var(--link)}
table{border-collapse:collapse;font-size:.9rem;width:100%}
th,td{border-bottom:1px solid var(--line);padding:.3rem .6rem .3rem 0;text-align:left;vertical-align:top;overflow-wrap:normal}
th{color:var(--soft);font-weight:600}td.number,th.number{text-align:right;padding-right:1rem;font-variant-numeric:tabular-nums}
td.time{white-space:nowrap;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding:.2rem 0}
footer{border-top:1px solid var(--line);margin-top:2rem;padding-top:.8rem;color:var(--soft);font-size:.88rem}
@media (max-width:56rem){.page{padding:1rem}h1{font-size:1.5rem}dl.facts{grid-template-columns:1fr}dl.facts dt{margin-top:.4rem}}
@media print{:root{color-scheme:light}body{font-size:10pt}.skip{display:none}.page{padding:0;max-width:none}.wide{overflow:visible}.wide svg{min-width:0}tr,svg{break-inside:avoid}h2{break-after:avoid}thead{display:table-header-group}a{color:inherit;text-decoration:none}}
`

const HASH = createHash('sha256').update(EVIDENCE_STYLE).digest('base64')

/** Nothing is run, loaded or sent; this one style alone counts. */
export const EVIDENCE_CSP = `default-src 'none'; style-src 'sha256-${HASH}'; base-uri 'none'; form-action 'none'`
