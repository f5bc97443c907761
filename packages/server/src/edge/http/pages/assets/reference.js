// The reference page without this script is complete to read; the script finds, opens and tries operations.
const RESULT_LENGTH_MAX = 200_000
const token = document.querySelector('#token')
const find = document.querySelector('#find')

token.value = sessionStorage.getItem('token') ?? ''
token.addEventListener('input', () => sessionStorage.setItem('token', token.value))

/** A link to an operation opens it. */
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (target instanceof HTMLDetailsElement) target.open = true
  target?.scrollIntoView()
}
addEventListener('hashchange', openTarget)
openTarget()

addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement
  if (event.key !== '/' || isTyping) return
  event.preventDefault()
  find.focus()
})

find.addEventListener('input', () => {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (text) => words.every((word) => text.includes(word))
  let shown = 0
  for (const operation of document.querySelectorAll('[data-search]')) {
    operation.hidden = !fits(operation.dataset.search)
    if (!operation.hidden) shown += 1
    const item = document.querySelector(`nav a[href="#${operation.id}"]`)?.parentElement
    if (item) item.hidden = operation.hidden
  }
  for (const section of document.querySelectorAll('main > section')) {
    section.hidden = words.length > 0 && !section.querySelector('[data-search]:not([hidden])')
    document.querySelector(`nav h2 a[href="#${section.id}"]`).parentElement.hidden = section.hidden
  }
  document.querySelector('#nothing').hidden = shown > 0
})

for (const form of document.querySelectorAll('form.try')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    send(form)
  })
}

async function send(form) {
  const status = form.querySelector('.status')
  const result = form.querySelector('.result')
  status.className = 'status'
  status.textContent = '…'
  const startedAt = performance.now()
  try {
    const response = await fetch(addressOf(form), {
      method: form.dataset.method,
      headers: headersOf(form),
      body: bodyOf(form),
    })
    const text = await response.text()
    const took = Math.round(performance.now() - startedAt)
    status.textContent = `${response.status} ${response.statusText} · ${took} ms`
    status.classList.toggle('bad', !response.ok)
    result.textContent = [told(response), pretty(text)].filter(Boolean).join('\n\n')
  } catch (error) {
    status.textContent = 'no answer'
    status.classList.add('bad')
    result.textContent = String(error)
  }
  result.hidden = false
}

const HEADERS_SHOWN = ['etag', 'location', 'cascade-sequence', 'retry-after', 'x-correlation-id']

const told = ({ headers }) =>
  HEADERS_SHOWN.filter((name) => headers.has(name))
    .map((name) => `${name}: ${headers.get(name)}`)
    .join('\n')

function addressOf(form) {
  const query = new URLSearchParams()
  let path = form.dataset.path
  for (const input of form.querySelectorAll('input[data-in]')) {
    if (input.dataset.in === 'path')
      path = path.replace(`{${input.name}}`, encodeURIComponent(input.value.trim() || '-'))
    if (input.dataset.in === 'query' && input.value !== '') query.append(input.name, input.value)
  }
  return query.size > 0 ? `${path}?${query}` : path
}

function headersOf(form) {
  const headers = {}
  if (token.value.trim() !== '') headers.authorization = `Bearer ${token.value.trim()}`
  if (form.dataset.type !== '') headers['content-type'] = form.dataset.type
  for (const input of form.querySelectorAll('input[data-in="header"]')) {
    if (input.value !== '') headers[input.name] = input.value
  }
  return headers
}

const bodyOf = (form) => form.querySelector('textarea')?.value

function pretty(text) {
  const cut = text.length > RESULT_LENGTH_MAX ? `${text.slice(0, RESULT_LENGTH_MAX)}\n… cut` : text
  try {
    return JSON.stringify(JSON.parse(text), null, 2).slice(0, RESULT_LENGTH_MAX)
  } catch {
    return cut // NDJSON, metrics and pages are shown as they came
  }
}
