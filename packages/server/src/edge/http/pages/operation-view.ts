import { ERRORS, errorsOf, type RouteDefinition } from '@forge-cascade/contract'
import { type Fragment, html, prose } from './html.ts'
import { schemaView, typeOf } from './schema-view.ts'

type Operation = Readonly<Record<string, unknown>>

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: Readonly<Record<string, unknown>>
}

/** One operation: closed it is a line, open it explains itself and can be tried. */
export function operationView(route: RouteDefinition, operation: Operation): Fragment {
  const parameters = parametersOf(operation)
  return html`<details class="operation" id="${route.id}" data-search="${searchText(route)}">
<summary><span class="method ${route.method.toLowerCase()}">${route.method}</span><code class="path">${route.path}</code><span class="sentence">${prose(route.summary)}</span></summary>
<div class="inside">
${route.description === undefined ? '' : html`<p>${prose(route.description)}</p>`}
<p class="facts">${factsOf(route)}</p>
${parametersView(parameters)}
${bodyView(operation)}
${answersView(route, operation)}
${problemsView(route)}
${tryView(route, parameters)}
</div>
</details>`
}

const searchText = ({ method, path, summary, id, tag }: RouteDefinition): string =>
  `${method} ${path} ${summary} ${id} ${tag}`.toLowerCase()

function factsOf(route: RouteDefinition): Fragment {
  if ('exempt' in route.access) return 'Answers without a token.'
  const facts = [html`Decided as <code>${route.access.action}</code>.`]
  if (route.idempotent) facts.push(html` Takes <code>Idempotency-Key</code>.`)
  if (route.ifMatch) facts.push(html` ${route.ifMatch === 'required' ? 'Needs' : 'Honours'} <code>If-Match</code>.`)
  if (route.etag) facts.push(html` Answers with an <code>ETag</code>.`)
  return facts
}

/** Headers are told in `factsOf`; path and query stand in the table. */
function parametersOf({ parameters }: Operation): readonly Parameter[] {
  const all = Array.isArray(parameters) ? parameters : []
  return all.filter((parameter): parameter is Parameter => typeof parameter === 'object' && 'name' in parameter)
}

function parametersView(parameters: readonly Parameter[]): Fragment {
  if (parameters.length === 0) return undefined
  const properties = Object.fromEntries(
    parameters.map(({ name, schema, description }) => [
      name,
      description === undefined ? schema : { ...schema, description },
    ]),
  )
  const required = parameters.filter((parameter) => parameter.required).map(({ name }) => name)
  return html`<h4>Parameters</h4>${schemaView({ properties, required })}`
}

function bodyView({ requestBody }: Operation): Fragment {
  const media = firstMedia(requestBody)
  if (!media) return undefined
  return html`<h4>Body <small>${media.type}</small></h4>${schemaView(media.schema)}`
}

function answersView(route: RouteDefinition, { responses }: Operation): Fragment {
  const all = typeof responses === 'object' && responses !== null ? responses : {}
  return Object.entries(route.responses).map(([status, { description }]) => {
    const media = firstMedia(Object.entries(all).find(([key]) => key === status)?.[1])
    const example = media?.example
    return html`<h4>${status} <small>${description}${media ? html` ${typeOf(media.schema)}` : ''}</small></h4>
${example === undefined ? '' : html`<pre tabindex="0"><code>${JSON.stringify(example, null, 2)}</code></pre>`}`
  })
}

function firstMedia(holder: unknown) {
  if (typeof holder !== 'object' || holder === null || !('content' in holder)) return undefined
  const [entry] = Object.entries(holder.content as Record<string, { schema: Operation; example?: unknown }>) // made by our builder
  return entry && { type: entry[0], ...entry[1] }
}

function problemsView(route: RouteDefinition): Fragment {
  const codes = errorsOf(route).map(
    (code) => html`<li><a href="/errors/${code}">${ERRORS[code].status} <code>${code}</code></a></li>`,
  )
  return html`<h4>Problems</h4><ul class="codes">${codes}</ul>`
}

const JSON_TYPE = 'application/json'
const STREAMED = 'application/x-ndjson'

function tryView(route: RouteDefinition, parameters: readonly Parameter[]): Fragment {
  const { body } = route
  const example =
    body?.example === undefined ? '' : JSON.stringify(body.example, null, body.contentType === STREAMED ? 0 : 2)
  return html`<form class="try" data-method="${route.method}" data-path="${route.path}" data-type="${body ? (body.contentType ?? JSON_TYPE) : ''}">
<h4>Try it</h4>
${parameters.map((parameter) => field(route, parameter))}
${route.ifMatch ? html`<label>If-Match <input name="if-match" data-in="header" title='An ETag, such as "1.0.0-1"' autocomplete="off" spellcheck="false"></label>` : ''}
${body ? html`<label>Body <textarea name="body" rows="${Math.min(14, example.split('\n').length + 1)}" spellcheck="false">${example}</textarea></label>` : ''}
<p><button type="submit">Send ${route.method}</button> <output class="status" aria-live="polite"></output></p>
<pre class="result" tabindex="0" hidden></pre>
</form>`
}

const field = (route: RouteDefinition, parameter: Parameter): Fragment =>
  html`<label for="${route.id}-${parameter.name}">${parameter.name}${parameter.required ? ' *' : ''} <input id="${route.id}-${parameter.name}" name="${parameter.name}" data-in="${parameter.in}" autocomplete="off" spellcheck="false"></label>`
