import type { Source } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import { type LineageEdge, trustLevel } from '#capsules'
import { sourceInWords } from '../../source-in-words.ts'
import { type Isnad, type IsnadLink, nameOf } from '../present/isnad.ts'
import { Html, html } from './html.ts'
import { ISNAD_CSP_META, ISNAD_STYLE } from './isnad-style.ts'
import { code, markdownView } from './markdown-view.ts'

/** One capsule on one page: what it says, how far it may be trusted and why, its versions, and where it comes from. */
export function isnadPage(isnad: Isnad, madeAt: number): string {
  const { capsule } = isnad
  const title = capsule.title ?? 'Untitled'
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${ISNAD_CSP_META}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title} · ${capsule.version}</title>
<style>${new Html(ISNAD_STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<div class="page">
${header(isnad, title)}
<main id="content">
${capsule.type === 'code' || capsule.type === 'config' ? code(capsule.content) : markdownView(capsule.content)}
<h2 id="isnad">Where it comes from</h2>
${chain(isnad)}
</main>
<aside aria-label="About this capsule">
${trustPart(isnad)}
${about(isnad)}
${versions(isnad)}
</aside>
<footer>As of ${time(madeAt)}. The content is shown as it was recorded; nothing in it is run or loaded.</footer>
</div>
</body>
</html>
`.text
}

function header({ capsule, by }: Isnad, title: string): Html {
  const source = sourceInWords(capsule.source)
  return html`<header>
<h1>${title}</h1>
<ul class="meta">
<li>version ${capsule.version}${capsule.isHead ? '' : ' (an older one)'}</li>
<li>by ${by}</li>
<li>valid from ${time(capsule.validFrom)}${capsule.validTo === null ? '' : html` until ${time(capsule.validTo)}`}</li>
<li class="mark ${toneOf(capsule.effectiveTrust)}">trust ${capsule.effectiveTrust} ${trustLevel(capsule.effectiveTrust)}</li>
${capsule.status === 'ACTIVE' ? undefined : html`<li class="mark bad">${capsule.status.toLowerCase()}</li>`}
${source === null ? undefined : html`<li>from ${source}</li>`}
</ul>
</header>`
}

const toneOf = (trust: number): string => (trust >= 80 ? 'good' : trust >= 60 ? '' : trust > 0 ? 'warn' : 'bad')

function trustPart({ trust, names }: Isnad): Html {
  const history = trust.history.map(
    ({ what, old, new: now, reason, at, actor }) =>
      html`<li>${time(at)}: ${what} from ${old} to ${now} by ${names.get(actor) ?? actor}<br><span class="soft">${reason}</span></li>`,
  )
  return html`<h2>Trust</h2>
<p>${trust.sentence}</p>
${history.length === 0 ? html`<p class="soft">It was never changed.</p>` : html`<ul class="rail">${history}</ul>`}`
}

function about({ capsule, owner }: Isnad): Html {
  const { id, version, licence, licenceTerms, tags, category } = capsule
  const rows: readonly (readonly [string, string | null])[] = [
    ['Owner', owner],
    ['Kind', capsule.type],
    ['Licence', licence],
    ['Terms', licenceTerms],
    ['Category', category],
    ['Tags', tags.length === 0 ? null : tags.join(', ')],
    ['Commit', commitOf(capsule.source)],
    ['Recorded', toRfc3339(capsule.createdAt)],
    ['SHA-256', capsule.fingerprint],
  ]
  const shown = rows.flatMap(([name, value]) => (value === null ? [] : html`<dt>${name}</dt><dd>${value}</dd>`))
  return html`<h2>About</h2>
<dl>${shown}</dl>
<h2>Cite it as</h2>
<p><code>${id}@${version}</code></p>
<p class="soft">That names this version for good: <code>cascade show ${id}@${version}</code>, or <code>/v2/capsules/${id}/versions/${version}</code></p>`
}

const commitOf = (source: Source | null): string | null => (source?.kind === 'file' ? (source.commit ?? null) : null)

function versions({ capsule, versions: all, hasMoreVersions, names }: Isnad): Html {
  const rows = all.map(
    (each) => html`<li${each.version === capsule.version ? new Html(' class="now" aria-current="true"') : undefined}>
<strong>${each.version}</strong> · ${time(each.validFrom)}<br>
<span class="soft">${nameOf(each, names)}${commitWords(each.source)}${each.versionReason === null ? '' : `: ${each.versionReason}`}</span></li>`,
  )
  return html`<h2>Versions</h2>
<ol class="rail">${rows}</ol>
${hasMoreVersions ? html`<p class="soft">Older ones are left out.</p>` : undefined}`
}

const commitWords = (source: Source | null): string => {
  const commit = commitOf(source)
  return commit === null ? '' : `, commit ${commit.slice(0, 10)}`
}

function chain({ capsule, chain: links, isChainCut }: Isnad): Html {
  const origin = sourceInWords(capsule.source)
  const own =
    origin === null
      ? html`<p>It names no file, page or person that it was taken from.</p>`
      : html`<p>Taken from ${origin}${commitWords(capsule.source)}.</p>`
  if (links.length === 0) return html`${own}<p class="soft">It was derived from no other capsule.</p>`
  const titles = new Map(links.map((each) => [each.capsule.id, each.capsule.title ?? 'Untitled']))
  return html`${own}<p>Each step names who said it, when, and why it was taken over; the origins stand last.</p>
<ol class="chain">${links.map((each) => link(each, titles))}</ol>
${isChainCut ? html`<p class="soft">There is more behind these.</p>` : undefined}`
}

function link({ capsule, by, depth, edges }: IsnadLink, titles: ReadonlyMap<string, string>): Html {
  const { id, title, source, effectiveTrust, status } = capsule
  const words = sourceInWords(source)
  const cited = [...new Set(edges.map(({ parentVersion }) => `${id}@${parentVersion}`))]
  return html`<li id="c-${id}"><strong>${title ?? 'Untitled'}</strong>
<p class="soft">${by} · ${time(capsule.validFrom)} · ${depth === 1 ? '1 step' : `${depth} steps`} away · <span class="mark ${toneOf(effectiveTrust)}">trust ${effectiveTrust} ${trustLevel(effectiveTrust)}</span>${status === 'ACTIVE' ? '' : ` · ${status.toLowerCase()}`}</p>
${words === null ? undefined : html`<p class="soft">from ${words}${commitWords(source)}</p>`}
${edges.map((edge) => edgeLine(edge, titles))}
<p>${cited.map((name) => html`<code>${name}</code> `)}</p>
</li>`
}

const edgeLine = (
  { parentVersion, reason, at, child, childVersion, current }: LineageEdge,
  titles: ReadonlyMap<string, string>,
): Html =>
  html`<p>“${reason}” <span class="soft">${time(at)}: its ${parentVersion} into ${childVersion} of ${intoWhat(titles.get(child))}${current ? '' : ', no longer'}</span></p>`

const intoWhat = (title: string | undefined): string => (title === undefined ? 'this capsule' : `“${title}”`)

/** A day, with the exact moment for machines. */
const time = (ms: number): Html => {
  const exact = toRfc3339(ms)
  return html`<time datetime="${exact}">${exact.slice(0, 10)}</time>`
}
