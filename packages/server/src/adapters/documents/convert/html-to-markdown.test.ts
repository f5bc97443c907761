import fc from 'fast-check'
import { expect, test } from 'vitest'
import { convertDocument } from './convert-document.ts'
import { CONVERSION_LIMITS } from './limits.ts'

const encode = (html: string): Uint8Array => new TextEncoder().encode(html)

/** The Markdown below the front matter, or the reason. */
async function bodyOf(html: string | Uint8Array): Promise<string> {
  const content = await convertDocument(typeof html === 'string' ? encode(html) : html, 'html')
  return 'text' in content ? content.text.replace(/^---\n.*?\n---\n/s, '').trimEnd() : content.unfit
}

test.for([
  { name: 'a program', html: '<script>SECRET</script>' },
  { name: 'a program that is not closed', html: '<p>seen</p><script>SECRET' },
  { name: 'a style', html: '<style>SECRET{}</style>' },
  { name: 'a handler', html: '<p onclick="SECRET">seen</p>' },
  { name: 'a hidden element', html: '<div hidden><p>SECRET</div>' },
  { name: 'an element hidden from readers', html: '<i aria-hidden=true>SECRET</i>' },
  { name: 'what its style hides', html: '<p style="color: red; DISPLAY : none">SECRET</p>' },
  { name: 'text of no size', html: '<span style="font-size:0px">SECRET</span>' },
  { name: 'text nobody can see through', html: '<span style="opacity:0">SECRET</span>' },
  { name: 'a template', html: '<template><p>SECRET</p></template>' },
  { name: 'another page', html: '<iframe src="https://SECRET.example">SECRET</iframe><object>SECRET</object>' },
  { name: 'a drawing', html: '<svg><script>SECRET</script><text>SECRET</text></svg>' },
  { name: 'a comment', html: '<!-- SECRET --><![CDATA[SECRET]]>' },
  { name: 'navigation', html: '<nav>SECRET</nav><div role=navigation>SECRET</div>' },
  { name: 'a link that runs', html: '<a href="javascript:SECRET()">seen</a><a href="data:text/html,SECRET">seen</a>' },
  { name: 'a picture of elsewhere', html: '<img src="https://SECRET.example/x.png" alt="">' },
])('leaves out $name', async ({ html }) => {
  const body = await bodyOf(`<body><p>before</p>${html}<p>after</p>`)
  expect(body).not.toContain('SECRET')
  expect(body).toContain('before')
})

test.for([
  { name: 'what only looks like a tag', html: '<p>&lt;script>x&lt;/script>', body: '\\<script>x\\</script>' },
  { name: 'what only looks like a heading', html: '<p># a<br>1. b<br>- c<br>> d', body: '\\# a\n1\\. b\n\\- c\n\\> d' },
  { name: 'what only looks like front matter', html: '<p>---<br>title: x<br>---', body: '\\---\ntitle: x\n\\---' },
  { name: 'what only looks like a link', html: '<p>[a](javascript:b)', body: '[a\\](javascript:b)' },
  {
    name: 'a link around an element that says nothing',
    html: '<p>[a]<b></b>(javascript:b)',
    body: '[a\\](javascript:b)',
  },
  { name: 'a tag around an element that says nothing', html: '<p>&lt;<img src=x>script>', body: '\\<script>' },
  { name: 'a sign before a mark', html: '<p>a\\<code>b</code>', body: 'a\\\\`b`' },
  {
    name: 'a sign at the end of a link',
    html: '<a href="https://a.example/">\\]</a>',
    body: '[\\\\\\]](https://a.example/)',
  },
  {
    name: 'what only looks like a character by its name',
    html: '<p>&amp;lt;b&amp;gt; &amp;#60; a &amp; b &amp;',
    body: '\\&lt;b\\&gt; \\&#60; a & b &',
  },
  { name: 'invisible signs', html: '<p>a\u{e0041}\u{e0042}b\u00adc\u0085d', body: 'abcd' },
])('escapes $name', async ({ html, body }) => {
  expect(await bodyOf(html)).toBe(body)
})

test.for([
  { html: '<h2>A <em>b</em></h2><p>c', body: '## A *b*\n\nc' },
  { html: '<p>a <b>b </b>c <i></i><s>d</s> <q>e</q>', body: 'a **b** c ~~d~~ “e”' },
  { html: '<p>snake_case <code>a`b</code> &amp; \u00a0 2 * 3', body: 'snake_case ``a`b`` & 2 * 3' },
  { html: '<a href="https://a.example/x y(z)">t [1]</a>', body: '[t \\[1\\]](https://a.example/x%20y%28z%29)' },
  {
    html: '<a href="/relative">t</a> <a href="https://a.example/">https://a.example/</a>',
    body: 't https://a.example/',
  },
  { html: '<ul><li>a<ul><li>b</ul><li>c</ul>', body: '- a\n    - b\n- c' },
  { html: '<ol start=3><li><p>a<p>b<li>c</ol>', body: '3. a\n\n    b\n\n4. c' },
  { html: '<ul><ul><ul><li>deep</ul></ul></ul>', body: '- deep' },
  { html: '<pre><code class="x language-ts">a &lt; b\n  c```\n</code></pre>', body: '````ts\na < b\n  c```\n````' },
  { html: '<blockquote>a</blockquote>b', body: '> a\n\nb' },
  { html: '<p>a</p><hr><p>b<img src=x alt="a picture">', body: 'a\n\n* * *\n\nba picture' },
  {
    html: '<table><tr><th>a<th>b|c<tr><td rowspan=2>1<td>2<br>3<tr><td>4</table>',
    body: '| a | b\\|c |\n| --- | --- |\n| 1 | 2 3 |\n|  | 4 |',
  },
  { html: '<table><tr><td><h2>a</h2>b<td>c</table>', body: '## a\n\nb\n\nc' },
  { html: '<table><tr><td>a<table><tr><td>b<td>c</table>d</table>', body: 'a\n\n| b | c |\n| --- | --- |\n\nd' },
  { html: '<table><tr><td>a<tr><td>b</table>', body: 'a\n\nb' },
])('writes $html', async ({ html, body }) => {
  expect(await bodyOf(html)).toBe(body)
})

test('what a page says about itself is front matter, which no page can write by its text', async () => {
  const html = '<title>A "b"\n---\nx</title><meta name=Author content="Ada: #1"><p>---<p>title: y'
  const content = await convertDocument(encode(html), 'html')
  expect(content).toEqual({
    text: '---\nformat: "html"\ntitle: "A \\"b\\" --- x"\nauthor: "Ada: #1"\n---\n\\---\n\ntitle: y\n',
  })
})

test.for([
  { name: 'UTF-8', bytes: encode('<p>é') },
  { name: 'UTF-8 with a mark', bytes: encode('\ufeff<p>é') },
  { name: 'UTF-16 with a mark', bytes: Buffer.from('\ufeff<p>é', 'utf16le') },
  { name: 'UTF-16 without a mark', bytes: Buffer.from('<p>é', 'utf16le') },
  { name: 'UTF-16 the other way round', bytes: Buffer.from('\ufeff<p>é', 'utf16le').swap16() },
  { name: 'Windows-1252, said', bytes: Buffer.from('<meta charset="windows-1252"><p>é', 'latin1') },
  {
    name: 'the same in the old way',
    bytes: Buffer.from('<meta http-equiv=content-type content="text/html; charset=iso-8859-1"><p>é', 'latin1'),
  },
  { name: 'an encoding that is not said', bytes: Buffer.from('<p>é', 'latin1') },
  { name: 'an encoding nobody knows', bytes: Buffer.from('<meta charset=klingon><p>é', 'latin1') },
])('reads $name', async ({ bytes }) => {
  expect(await bodyOf(bytes)).toBe('é')
})

test.for([
  { name: 'nothing', html: '', reason: 'it is empty' },
  { name: 'nothing to read', html: '<html><body><script>x</script><p> </p>', reason: 'it holds no text' },
  { name: 'bytes', html: '<p>\0\u0001', reason: 'it is binary' },
  { name: 'a PDF', html: '%PDF-1.7 …', reason: 'it is a PDF under another ending' },
  { name: 'an archive', html: 'PK\u0003\u0004', reason: 'it is an archive under another ending' },
  {
    name: 'more text than a capsule holds',
    html: `<p>${'a'.repeat(CONVERSION_LIMITS.textBytesMax)}`,
    reason: 'its text has more than 1048576 bytes, which is what a capsule holds',
  },
  {
    name: 'a table that is too long',
    html: `<table>${'<tr><td>ab<td>cd'.repeat(100_000)}</table>`,
    reason: 'its text has more than 1048576 bytes, which is what a capsule holds',
  },
  {
    name: 'an element too deep',
    html: `${'<div>'.repeat(CONVERSION_LIMITS.depthMax + 1)}a`,
    reason: 'its elements are more than 512 deep in one another',
  },
  {
    name: 'an attribute too many',
    html: `<p ${Array.from({ length: CONVERSION_LIMITS.attributesMax + 1 }, (_, n) => `a${n}`).join(' ')}>a`,
    reason: 'an element of it has more than 1000 attributes',
  },
  {
    name: 'ten megabytes of elements in one another',
    html: '<div>'.repeat(2_000_000),
    reason: 'its elements are more than 512 deep in one another',
  },
  {
    name: 'a million attributes',
    html: `<p ${Array.from({ length: 1_000_000 }, (_, n) => `a${n}=1`).join(' ')}>a`,
    reason: 'an element of it has more than 1000 attributes',
  },
])('is unfit with $name', async ({ html, reason }) => {
  expect(await bodyOf(html)).toBe(reason)
})

test('as deep as is read, and as many attributes', async () => {
  expect(await bodyOf(`${'<div>'.repeat(CONVERSION_LIMITS.depthMax)}a`)).toBe('a')
  const attributes = Array.from({ length: CONVERSION_LIMITS.attributesMax }, (_, n) => `a${n}`).join(' ')
  expect(await bodyOf(`<p ${attributes}>a`)).toBe('a')
})

const word = fc.constantFrom(
  ...'<p> <b> </b> <table> <tr> <td> </td> </table> <li> <ul> </ul> <pre> </pre> <h1> </h1> <a href="x"> </a> <blockquote> </blockquote> <!-- --> <script> </script> < > & &lt; a ` | # - \n'.split(
    ' ',
  ),
)

test('any page ends as text or as a reason, and twice as the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(word, fc.string()), { maxLength: 60 }), async (parts) => {
      const bytes = encode(parts.join(''))
      const content = await convertDocument(bytes, 'html')
      expect(Object.values(content)[0]).toMatch(/./)
      expect(await convertDocument(bytes, 'html')).toEqual(content)
    }),
  )
})
