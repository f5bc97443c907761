import { ERRORS, type ErrorCode, type ErrorDefinition } from '@forge-cascade/contract'
import { html, prose } from './html.ts'
import { layout } from './layout.ts'

/** The page that the `type` of a problem leads to. */
export function errorPage(code: ErrorCode): string {
  const { title, status, fix, retryable }: ErrorDefinition = ERRORS[code]
  const again = retryable
    ? 'The same request may succeed later; Retry-After says when to try.'
    : 'The same request will fail again until something is changed.'
  return layout(
    `${code} · Forge Cascade`,
    html`<main id="main" class="page">
<p class="kicker"><a href="/errors">Errors</a> · HTTP ${status}</p>
<h1>${title}</h1>
<p><code class="big">${code}</code></p>
<h2>What to do</h2>
<p>${prose(fix)}</p>
<h2>Try again?</h2>
<p>${again}</p>
<p class="foot"><a href="/reference">Reference</a></p>
</main>`,
  )
}

/** All codes on one page. */
export function errorIndexPage(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { status, title }]) =>
      html`<tr><td><a href="/errors/${code}"><code>${code}</code></a></td><td class="number">${status}</td><td>${title}</td></tr>`,
  )
  return layout(
    'Errors · Forge Cascade',
    html`<main id="main" class="page wide">
<p class="kicker"><a href="/reference">Reference</a></p>
<h1>Errors</h1>
<p>Every failure is a problem document (RFC 9457) with one of these codes.</p>
<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">Meaning</th></tr></thead><tbody>${rows}</tbody></table></div>
</main>`,
  )
}
