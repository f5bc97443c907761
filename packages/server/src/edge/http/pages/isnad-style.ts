import { createHash } from 'node:crypto'
import { PALETTE } from './palette.ts'

/** The page carries its style with it, so that a saved copy looks the same. Contrasts: WCAG 2.2 AA in both schemes. */
export const ISNAD_STYLE = `
${PALETTE}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.6 system-ui,sans-serif;overflow-wrap:anywhere}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-100rem}.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem}
.page{max-width:72rem;margin:0 auto;padding:1.5rem;display:grid;grid-template-columns:minmax(0,1fr) 19rem;gap:0 2.5rem}
header{grid-column:1/-1;border-bottom:1px solid var(--line);margin-bottom:1.25rem;padding-bottom:1rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .5rem;text-wrap:balance}
h2{font-size:1.1rem;margin:1.75rem 0 .6rem}
aside h2:first-child,main>:first-child{margin-top:0!important}
h3,h4,h5,h6{line-height:1.3;margin:1.4em 0 .4em}h3{font-size:1.3rem}h4{font-size:1.12rem}h5,h6{font-size:1rem}
p,ul,ol,dl{margin:.6em 0}
.meta{display:flex;flex-wrap:wrap;gap:.25rem 1rem;color:var(--soft);font-size:.92rem;margin:0;padding:0;list-style:none}
.mark{font-weight:600}.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}
aside{font-size:.92rem;line-height:1.5}
dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.2rem .8rem}dt{color:var(--soft)}dd{margin:0}
.rail,.chain{list-style:none;margin:0;padding:0 0 0 1.1rem;border-left:2px solid var(--line)}
.rail li,.chain li{position:relative;margin:0 0 .8rem}
.rail li::before,.chain>li::before{content:"";position:absolute;left:-1.47rem;top:.45rem;width:.65rem;height:.65rem;border-radius:50%;background:var(--paper);border:2px solid var(--soft)}
.rail li.now::before{background:var(--link);border-color:var(--link)}
.chain>li{background:var(--raised);border:1px solid var(--line);border-radius:8px;padding:.7rem .9rem}
.chain>li::before{left:-1.6rem;top:1rem}
.chain p{margin:.25rem 0}
.soft{color:var(--soft)}
pre{background:var(--raised);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem;overflow-x:auto;overflow-wrap:normal;font:14px/1.5 ui-monospace,monospace}
code{font-family:ui-monospace,monospace;font-size:.9em}pre code{font-size:1em}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.94rem}th,td{border:1px solid var(--line);padding:.35rem .6rem;text-align:left;vertical-align:top;overflow-wrap:normal}
blockquote{margin:.8em 0;padding-left:1rem;border-left:3px solid var(--line);color:var(--soft)}
hr{border:0;border-top:1px solid var(--line)}
footer{grid-column:1/-1;border-top:1px solid var(--line);margin-top:2rem;padding-top:.8rem;color:var(--soft);font-size:.88rem}
@media (max-width:56rem){.page{grid-template-columns:minmax(0,1fr);padding:1rem}aside{margin-top:1.5rem}h1{font-size:1.5rem}}
@media print{:root{color-scheme:light}body{font-size:11pt}.skip{display:none}.page{display:block;padding:0;max-width:none}pre{white-space:pre-wrap}.chain>li{break-inside:avoid}}
`

const HASH = createHash('sha256').update(ISNAD_STYLE).digest('base64')

/** Nothing is run, loaded or sent; this one style alone counts. In the page too, for saved copies. */
export const ISNAD_CSP_META = `default-src 'none'; style-src 'sha256-${HASH}'; base-uri 'none'; form-action 'none'`
export const ISNAD_CSP = `${ISNAD_CSP_META}; frame-ancestors 'none'`
