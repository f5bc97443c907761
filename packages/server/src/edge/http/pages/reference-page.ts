import { type OpenApiDocument, ROUTE_TAGS, type RouteDefinition } from '@forge-cascade/contract'
import { type Fragment, html } from './html.ts'
import { layout } from './layout.ts'
import { operationView } from './operation-view.ts'
import { schemaView } from './schema-view.ts'

/** The interactive reference: every route of the rows, readable without a script, to be tried with one. */
export function referencePage(
  routes: readonly RouteDefinition[],
  { paths, components }: OpenApiDocument,
  { version }: { readonly version: string },
): string {
  const tags = Object.entries(ROUTE_TAGS).map(([name, words]) => ({
    name,
    words,
    routes: routes.filter(({ tag }) => tag === name),
  }))
  const sections = tags.map(
    ({ name, words, routes: own }) => html`<section id="tag-${name}" aria-labelledby="title-${name}">
<h2 id="title-${name}">${name}</h2><p class="lead">${words}</p>
${own.map((route) => operationView(route, paths[route.path]?.[route.method.toLowerCase()] ?? {}))}
</section>`,
  )
  return layout(
    'Reference · Forge Cascade',
    [
      header(version),
      html`<div class="columns">${navigation(tags)}<main id="main">${sections}${schemas(components.schemas ?? {})}<p id="nothing" hidden>No operation has these words.</p></main></div>`,
    ],
    'reference.js',
  )
}

const header = (version: string): Fragment => html`<header>
<h1><img src="/favicon.ico" alt="" width="28" height="28"> Forge Cascade <small>${version}</small></h1>
<label class="token">Token <input id="token" type="password" autocomplete="off" spellcheck="false" aria-describedby="token-help"></label>
<p id="token-help">From the file <code>token</code> of the data folder. Kept in this tab only.</p>
<p class="links"><a href="/v2/openapi.json">OpenAPI 3.1</a> <a href="/errors">Errors</a> <a href="/health/ready">Health</a></p>
</header>`

interface TagGroup {
  readonly name: string
  readonly routes: readonly RouteDefinition[]
}

const navigation = (tags: readonly TagGroup[]): Fragment => html`<nav aria-label="Operations">
<label class="find">Find <small>press <kbd>/</kbd></small> <input id="find" type="search" autocomplete="off"></label>
${tags.map(
  ({ name, routes }) => html`<h2><a href="#tag-${name}">${name}</a></h2>
<ul>${routes.map(({ id, method, summary }) => html`<li><a href="#${id}"><span class="method ${method.toLowerCase()}">${method}</span> ${summary.replaceAll('`', '')}</a></li>`)}</ul>`,
)}
<h2><a href="#schemas">Schemas</a></h2>
</nav>`

function schemas(components: Readonly<Record<string, unknown>>): Fragment {
  const views = Object.entries(components).map(
    ([name, schema]) =>
      html`<details class="operation" id="schema-${name}"><summary><code class="path">${name}</code></summary><div class="inside">${schemaView(schema as Record<string, unknown>)}</div></details>`, // made by our builder
  )
  return html`<section id="schemas"><h2>Schemas</h2><p class="lead">What bodies and answers are made of.</p>${views}</section>`
}
