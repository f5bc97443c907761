import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DocumentFormat } from '../../../domain/capsules/import/index.ts'
import { lines, makePages, makePdf, stream } from '../testing/make-pdf.ts'
import { makeDocx, makeOffice, makeZip, relations } from '../testing/make-zip.ts'
import { DAMAGED, paragraph, said, zeros } from '../testing/said.ts'
import { convertDocument } from './convert-document.ts'
import { CONVERSION_LIMITS } from './limits.ts'

const MIB = 1024 * 1024

test('entities that multiply are no text', async () => {
  const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('')
  const xml = `<!DOCTYPE x [<!ENTITY l0 "lol"><!ENTITY f SYSTEM "file:///etc/passwd">${laughs}]><w:document xmlns:w="w"><w:body>${paragraph('a &l9; &f; b')}</w:body></w:document>`
  expect(await said(makeOffice('d.xml', xml), 'docx')).toBe('a \\&l9; \\&f; b')
})

test.for([
  {
    name: 'elements in one another',
    xml: '<w:p>'.repeat(600),
    reason: 'its elements are more than 512 deep in one another',
  },
  {
    name: 'elements beside one another',
    xml: '<w:p/>'.repeat(CONVERSION_LIMITS.elementsMax),
    reason: 'a part of it has more than 1000000 elements',
  },
  {
    name: 'attributes',
    xml: `<w:p ${Array.from({ length: 1001 }, (_, n) => `a${n}="1"`).join(' ')}/>`,
    reason: 'an element of it has more than 1000 attributes',
  },
  {
    name: 'text',
    xml: paragraph('word '.repeat(MIB)),
    reason: 'its text has more than 1048576 bytes, which is what a capsule holds',
  },
])('XML of too many $name', async ({ xml, reason }) => {
  expect(await said(makeDocx(xml), 'docx')).toBe(reason)
})

test('styles that are based on themselves end', async () => {
  const styles = '<w:styles xmlns:w="w"><w:style w:styleId="a"><w:basedOn w:val="a"/></w:style></w:styles>'
  const zip = makeDocx('<w:p><w:pPr><w:pStyle w:val="a"/></w:pPr><w:r><w:t>seen</w:t></w:r></w:p>', [
    { name: 'word/styles.xml', content: styles },
    { name: 'word/_rels/document.xml.rels', content: relations([['s', 'styles', 'styles.xml']]) },
  ])
  expect(await said(zip, 'docx')).toBe('seen')
})

test('what is removed, hidden, or there for older programs stays out of a Word document', async () => {
  const run = (text: string, properties = ''): string => `<w:r><w:rPr>${properties}</w:rPr><w:t>${text}</w:t></w:r>`
  const body = `<w:p>${run('seen')}<w:del>${run('SECRET')}</w:del>${run('SECRET', '<w:vanish/>')}<w:r><w:instrText>SECRET</w:instrText></w:r>
    <mc:AlternateContent><mc:Choice>${run(' twice')}</mc:Choice><mc:Fallback>${run('SECRET')}</mc:Fallback></mc:AlternateContent>
    <w:hyperlink r:id="j">${run(' link')}</w:hyperlink></w:p>`
  const rels = relations([['j', 'hyperlink', 'javascript:alert(1)', true]])
  const zip = makeDocx(body, [{ name: 'word/_rels/document.xml.rels', content: rels }])
  expect(await said(zip, 'docx')).toBe('seen twice link')
})

test('a sheet with its only cells in the far corner is small', async () => {
  const sheet =
    '<worksheet><sheetData><row r="1048576"><c r="A1048576" t="inlineStr"><is><t>a</t></is></c><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
  const main = '<workbook xmlns:r="r"><sheets><sheet name="S" r:id="a"/></sheets></workbook>'
  const zip = makeOffice('xl/w.xml', main, [
    { name: 'xl/_rels/w.xml.rels', content: relations([['a', 'worksheet', 's.xml']]) },
    { name: 'xl/s.xml', content: sheet },
  ])
  expect(await said(zip, 'xlsx')).toBe('## S\n\n| a | 1 |\n| --- | --- |')
})

test.for([
  { name: 'to beyond its edges', min: 2, max: 1e12, body: 'a' },
  { name: 'from its end', min: -1, max: 2, body: '| a | 1 |\n| --- | --- |' },
  { name: 'backwards', min: 2, max: 1, body: '| a | 1 |\n| --- | --- |' },
  { name: 'from nowhere', min: 'x', max: 2, body: '| a | 1 |\n| --- | --- |' },
])('a sheet that hides columns $name', async ({ min, max, body }) => {
  const hidden = `<cols>${`<col min="${min}" max="${max}" hidden="1"/>`.repeat(10_000)}</cols>`
  const row = '<row><c t="inlineStr"><is><t>a</t></is></c><c><v>1</v></c></row>'
  const main = '<workbook xmlns:r="r"><sheets><sheet name="S" r:id="a"/></sheets></workbook>'
  const zip = makeOffice('xl/w.xml', main, [
    { name: 'xl/_rels/w.xml.rels', content: relations([['a', 'worksheet', 's.xml']]) },
    { name: 'xl/s.xml', content: `<worksheet>${hidden}<sheetData>${row}</sheetData></worksheet>` },
  ])
  expect(await said(zip, 'xlsx')).toBe(`## S\n\n${body}`)
})

const page = lines([
  [24, 'Title'],
  [11, 'Some words of a text'],
  [11, 'that goes on.'],
])

test.for([
  { name: 'one page', pdf: makePages([page]), text: '# Title\n\nSome words of a text that goes on.' },
  {
    name: 'a program that opens with it',
    pdf: makePages([page], '/OpenAction << /S /JavaScript /JS (app.alert\\(SECRET\\)) >>'),
    text: '# Title\n\nSome words of a text that goes on.',
  },
  { name: 'no text', pdf: makePages(['0 0 10 10 re f']), text: 'it holds no text: its pages are pictures, or empty' },
  { name: 'no pages', pdf: makePdf(['<< /Type /Catalog >>']), text: DAMAGED },
  {
    name: 'pages within themselves',
    pdf: makePdf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 3 >>']),
    text: DAMAGED,
  },
  {
    name: 'more pages than are read',
    pdf: makePdf([
      '<< /Type /Catalog /Pages 2 0 R >>',
      `<< /Type /Pages /Kids [${'3 0 R '.repeat(5001)}] /Count 5001 >>`,
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>',
    ]),
    text: 'it has more than 5000 pages',
  },
  {
    name: 'a count of pages that is none',
    pdf: makePdf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [] /Count 2000000000 >>']),
    text: expect.stringMatching(/^it /),
  },
  { name: 'nothing but its first bytes', pdf: Buffer.from('%PDF-1.7\n'), text: DAMAGED },
])('a PDF with $name', async ({ pdf, text }) => {
  expect(await said(pdf, 'pdf')).toEqual(text)
})

test('a stream of a PDF that unpacks to a hundred megabytes of nothing ends', async () => {
  const bomb = deflateSync(zeros(100))
  expect(await said(makePages([bomb], '', '/Filter /FlateDecode'), 'pdf')).toMatch(/^it /)
}, 30_000)

test('a page that draws itself ends', async () => {
  const pdf = makePdf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << /XObject << /X 4 0 R >> >> /Contents 5 0 R >>',
    stream('/X Do /X Do', '/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 4 0 R >> >>'),
    stream('/X Do'),
  ])
  expect(await said(pdf, 'pdf')).toMatch(/^it /)
}, 30_000)

const SIGNS: Readonly<Record<DocumentFormat, string>> = {
  html: '<html>',
  pdf: '%PDF-1.4\n',
  docx: 'PK\u0003\u0004',
  pptx: 'PK\u0003\u0004',
  xlsx: 'PK\u0003\u0004',
  odf: 'PK\u0003\u0004',
  epub: 'PK\u0003\u0004',
}

test('any bytes under any ending end as text or as a reason, the same each time', async () => {
  const format = fc.constantFrom(...(['html', 'pdf', 'docx', 'pptx', 'xlsx', 'odf', 'epub'] as const))
  await fc.assert(
    fc.asyncProperty(format, fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (format, bytes, isSigned) => {
      const all = Buffer.concat([Buffer.from(isSigned ? SIGNS[format] : '', 'latin1'), bytes])
      const content = await convertDocument(all, format)
      expect(Object.values(content)[0]).toMatch(/./)
      expect(await convertDocument(all, format)).toEqual(content)
    }),
    { numRuns: 200 },
  )
}, 30_000)

test('any change of a byte of a document ends as text or as a reason', async () => {
  const docx = makeDocx(paragraph('some text'))
  const pdf = makePages([page])
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.nat(), fc.nat(255), async (isPdf, at, value) => {
      const bytes = Buffer.from(isPdf ? pdf : docx)
      bytes[at % bytes.byteLength] = value
      expect(Object.values(await convertDocument(bytes, isPdf ? 'pdf' : 'docx'))[0]).toMatch(/./)
    }),
    { numRuns: 100 },
  )
}, 30_000)

const ods = (rows: string): Buffer =>
  makeZip([
    {
      name: 'content.xml',
      content: `<o:content xmlns:o="o" xmlns:t="t"><o:body><t:table t:name="S">${rows}</t:table></o:body></o:content>`,
    },
  ])
const cell = (text: string, times: number): string =>
  `<t:table-cell t:number-columns-repeated="${times}">${text && `<t:p>${text}</t:p>`}</t:table-cell>`
const sheetRow = (...cells: string[]): string => `<t:table-row>${cells.join('')}</t:table-row>`

test.for([
  { name: 'painted to its edges', rows: sheetRow(cell('a', 1), cell('', 16_383)).repeat(20_000), body: /^## S\n\na\n/ },
  {
    name: 'of one text to its edges',
    rows: sheetRow(cell('a', 2_000_000_000)).repeat(100),
    body: /^its text has more/,
  },
  { name: 'that counts backwards', rows: sheetRow(cell('a', -5), cell('b', 1)), body: /^## S\n\n\| a \| b \|/ },
])('a sheet $name ends', async ({ rows, body }) => {
  expect(await said(ods(rows), 'odf')).toMatch(body)
})

test.for([
  { format: 1e-7, text: '1e-7' },
  { format: 60, text: '60' },
])('a number of a sheet is written as it is stored: $text', async ({ format, text }) => {
  const sheet = `<worksheet><sheetData><row><c><v>${format}</v></c><c t="e"><v>#REF!</v></c></row></sheetData></worksheet>`
  const main = '<workbook xmlns:r="r"><sheets><sheet name="S" r:id="a"/></sheets></workbook>'
  const zip = makeOffice('xl/w.xml', main, [
    { name: 'xl/_rels/w.xml.rels', content: relations([['a', 'worksheet', 's.xml']]) },
    { name: 'xl/s.xml', content: sheet },
  ])
  expect(await said(zip, 'xlsx')).toBe(`## S\n\n| ${text} | #REF! |\n| --- | --- |`)
})

test('a page of an e-book is read once, however often and by whatever names it stands in the order of reading', async () => {
  const item = (id: number, href: string): string => `<item id="${id}" href="${href}" media-type="text/html"/>`
  const items = item(1, 'p.html') + item(2, 'p.html#b') + item(3, './p.html?c') + item(4, 'q.html')
  const spine = [1, 2, 3, 4, 1, 4].map((id) => `<itemref idref="${id}"/>`).join('')
  const zip = makeZip([
    { name: 'META-INF/container.xml', content: '<container><rootfile full-path="c.opf"/></container>' },
    { name: 'c.opf', content: `<package><manifest>${items}</manifest><spine>${spine}</spine></package>` },
    { name: 'p.html', content: '<p>first' },
    { name: 'q.html', content: '<p>second' },
  ])
  expect(await said(zip, 'epub')).toBe('first\n\nsecond')
})

const numbered = (count: number, body: (page: number) => readonly (readonly [number, string])[]): Buffer =>
  makePages(
    Array.from({ length: count }, (_, index) => lines([[9, 'The book'], ...body(index), [9, `Page ${index + 1}`]])),
  )

test('what repeats at the edge of pages is left out, but not all that a short page says', async () => {
  const words = ['one', 'two', 'three', 'four']
  const long = numbered(4, (page) => words.map((word) => [9, `${word} of chapter ${String.fromCharCode(65 + page)}`]))
  expect(await said(long, 'pdf')).not.toMatch(/The book|Page/)
  expect(await said(long, 'pdf')).toMatch(/^one of chapter A two of chapter A/)
  expect(
    await said(
      numbered(4, () => []),
      'pdf',
    ),
  ).toContain('The book Page 1')
})

test('lines of a PDF are joined to paragraphs, cut words are whole again, and points are items', async () => {
  const page = lines([
    [10, 'A long para-'],
    [10, 'graph of two-'],
    [10, 'Line text'],
    [10, '\\267 an item'],
    [10, 'that goes on'],
    [10, '# no heading'],
  ])
  expect(await said(makePages([page]), 'pdf')).toBe(
    'A long paragraph of two- Line text\n\n- an item that goes on # no heading',
  )
})
