import { readFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import { lines, makePages, makePdf } from '../src/adapters/documents/testing/make-pdf.ts'
import { makeDocx, makeOffice, makeZip, relations } from '../src/adapters/documents/testing/make-zip.ts'

const MIB = 1024 * 1024
const FIXTURES = new URL('../src/adapters/documents/testing/fixtures/', import.meta.url)
const fixture = (name: string): Buffer => readFileSync(new URL(name, FIXTURES))
const paragraph = (text: string): string => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`

/** Each entity is ten of the one before: a billion in the end. */
const LAUGHS = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('')
const ENTITIES = `<!DOCTYPE x [<!ENTITY l0 "lol"><!ENTITY f SYSTEM "file:///etc/passwd">${LAUGHS}]>`

const sheetOf = (xml: string): Buffer =>
  makeOffice('xl/w.xml', '<workbook xmlns:r="r"><sheets><sheet name="S" r:id="a"/></sheets></workbook>', [
    { name: 'xl/_rels/w.xml.rels', content: relations([['a', 'worksheet', 's.xml']]) },
    { name: 'xl/s.xml', content: xml },
  ])

const bookOf = (href: string): Buffer =>
  makeZip([
    { name: 'META-INF/container.xml', content: '<container><rootfile full-path="c.opf"/></container>' },
    {
      name: 'c.opf',
      content: `<package><manifest><item id="1" href="${href}" media-type="text/html"/></manifest><spine><itemref idref="1"/></spine></package>`,
    },
  ])

/** An archive of archives of archives: 16 to the power of three of 8 MiB. */
function nestedZip(): Buffer {
  let inner = makeZip([{ name: 'zeros', content: new Uint8Array(8 * MIB) }])
  for (let depth = 0; depth < 3; depth++)
    inner = makeZip(Array.from({ length: 16 }, (_, index) => ({ name: `${index}.zip`, content: inner })))
  return inner
}

/** The standard handler with keys that no password opens. @see ISO 32000-1, 7.6.3 */
function encryptedPdf(): Buffer {
  const [key, id] = ['ab'.repeat(32), 'cd'.repeat(16)]
  const encrypt = `/Encrypt << /Filter /Standard /V 1 /R 2 /O <${key}> /U <${key}> /P -4 >> /ID [<${id}> <${id}>]`
  return makePdf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [] /Count 0 >>'], encrypt)
}

/** Files of people who mean no good, and of machines that broke something; by their path. Made when they are written. */
export const HOSTILE_FILES: Readonly<Record<string, () => string | Uint8Array>> = {
  // Text that is none.
  'text-hostile/latin-1.txt': () => Buffer.from('caf\u00e9', 'latin1'),
  'text-hostile/utf-16.md': () => Buffer.from('\ufeffwide words', 'utf16le'),
  'text-hostile/utf-32.txt': () => Buffer.from('fffe000041000000', 'hex'),
  'text-hostile/binary.md': () => 'words\0and none',
  'text-hostile/half-a-character.md': () => Buffer.from('e282', 'hex'),
  'text-hostile/empty.md': () => '',
  'text-hostile/blank.md': () => ' \n\t\n',
  'text-hostile/only-a-mark.txt': () => '\ufeff',
  'text-hostile/one-byte-too-much.txt': () => 'a'.repeat(MIB + 1),
  'text-hostile/as-much-as-fits.txt': () => 'a'.repeat(MIB),
  'text-hostile/kept-by-lfs.md': () =>
    `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1\n`,
  'text-hostile/laughing-head.md': () =>
    `---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n---\nwords below a head\n`,
  'text-hostile/deep-head.md': () => `---\na: ${'['.repeat(5000)}${']'.repeat(5000)}\n---\nwords below a deep head\n`,
  'text-hostile/engine-head.md': () =>
    '---\n__proto__: {isAdmin: true}\nconstructor: {prototype: 1}\n---\nwords below a sly head\n',
  'text-hostile/entities.xml': () => `${ENTITIES}<x>&l9;&f;</x>`,
  'text-hostile/script.svg.md': () => '<svg onload="alert(1)"><script>alert(2)</script></svg> kept as it is written\n',
  'text-hostile/terminal.md': () => '\u001b]0;owned\u0007\u001b[2J and words\n',

  // Names.
  'names-hostile/a\nsecond line.md': () => 'in a name of two lines\n',
  'names-hostile/\u001b[31mred.md': () => 'in a name that speaks to a terminal\n',
  'names-hostile/up\\..\\windows.md': () => 'in a name that climbs elsewhere\n',
  'names-hostile/\u202egnp.md': () => 'in a name that runs backwards\n',
  'names-hostile/CON.md': () => 'in a name that is a device elsewhere\n',
  [`names-hostile/${'n'.repeat(250)}.md`]: () => 'in a name as long as there are\n',
  [`${Array.from({ length: 7 }, (_, n) => `${n}`.repeat(230)).join('/')}/a.md`]: () =>
    'below a path that is too long\n',

  // Endings that are none of a text.
  'endings/notes': () => 'words in a file without an ending\n',
  'endings/photo.png': () => Buffer.from('89504e470d0a1a0a', 'hex'),
  'endings/talk.mp3': () => 'ID3',
  'endings/graph.dot': () => 'digraph { a -> b }',
  'endings/program.exe': () => Buffer.from('4d5a90000300', 'hex'),
  'endings/old.doc': () => Buffer.from('d0cf11e0a1b11ae1', 'hex'),
  'endings/letter.rtf': () => '{\\rtf1 words}',
  'endings/letter.pages': () => 'PK\u0003\u0004',
  'endings/old.xls': () => Buffer.from('d0cf11e0a1b11ae1', 'hex'),
  'endings/sums.numbers': () => 'PK\u0003\u0004',
  'endings/old.ppt': () => Buffer.from('d0cf11e0a1b11ae1', 'hex'),
  'endings/bomb.zip': nestedZip,
  'endings/climbing.tar': () => '../../etc/passwd',
  'endings/packed.7z': () => '7z\u00bc\u00af',
  'endings/lines.ndjson': () => '{"content":"a","type":"knowledge"}\n',
  'endings/lines.jsonl': () => '{"content":"b","type":"knowledge"}\n',
  'endings/package-lock.json': () => '{"lockfileVersion":3}',
  'endings/app.min.js': () => 'var a=1',

  // Pages.
  'pages/only-a-script.html': () => '<script>document.write("SECRET")</script>',
  'pages/with-scripts.html': () =>
    '<title>Told</title><body onload="SECRET()"><script>SECRET</script><style>SECRET{}</style><p>said aloud <a href="javascript:SECRET">link</a></p><iframe src="file:///etc/SECRET"></iframe><img src="http://127.0.0.1/SECRET" alt="a picture"><form><input value="SECRET"></form><p hidden>SECRET</p>',
  'pages/huge.html': () => `<p>${'word '.repeat(MIB / 4)}</p>`,
  'pages/deep.html': () => `${'<div>'.repeat(100_000)}words`,
  'pages/many.html': () => `${'<p>'.repeat(100_000)}words`,
  'pages/binary.html': () => '<p>words\u0001\u0002</p>',
  'pages/latin-1.html': () => Buffer.from('<meta charset="iso-8859-1"><p>caf\u00e9</p>', 'latin1'),
  'pages/says-nothing.html': () => Buffer.from('<p>na\u00efve</p>', 'latin1'),
  'pages/says-nonsense.html': () => Buffer.from('<meta charset="klingon"><p>caf\u00e9 klingon</p>', 'latin1'),
  'pages/utf-16.html': () => Buffer.from('\ufeff<p>wide page</p>', 'utf16le'),
  'pages/entities.xhtml': () => `<?xml version="1.0"?>${ENTITIES}<html><body><p>laughs: &l9; &f;</p></body></html>`,
  'pages/empty.html': () => '',
  'pages/picture.html': () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  'pages/too-large.html': () => Buffer.alloc(32 * MIB + 1),

  // PDF.
  'pdf/encrypted.pdf': encryptedPdf,
  'pdf/cut.pdf': () => fixture('orchard.pdf').subarray(0, 9000),
  'pdf/cut-late.pdf': () => fixture('orchard.pdf').subarray(0, 24_000),
  'pdf/only-a-mark.pdf': () => '%PDF-1.7\n',
  'pdf/pictures.pdf': () => makePages(['0 0 10 10 re f']),
  'pdf/no-text-at-all.pdf': () => 'just words',
  'pdf/loops.pdf': () =>
    makePdf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 3 >>']),
  'pdf/too-many-pages.pdf': () =>
    makePdf([
      '<< /Type /Catalog /Pages 2 0 R >>',
      `<< /Type /Pages /Kids [${'3 0 R '.repeat(5001)}] /Count 5001 >>`,
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>',
    ]),
  'pdf/bomb.pdf': () => makePages([deflateSync(new Uint8Array(8 * MIB))], '', '/Filter /FlateDecode'),
  'pdf/runs-a-program.pdf': () =>
    makePages(
      [lines([[11, 'Words of a page that would run something']])],
      '/OpenAction << /S /JavaScript /JS (app.alert\\(SECRET\\)) >>',
    ),
  'pdf/is-an-archive.pdf': () => makeDocx(paragraph('hidden in a PDF')),

  // Archives that documents are.
  'office/zip-bomb.docx': () =>
    makeZip([
      { name: '_rels/.rels', content: relations([['a', 'officeDocument', 'word/document.xml']]) },
      { name: 'word/document.xml', content: new Uint8Array(65 * MIB), statedSize: 10 },
    ]),
  'office/nested.docx': () =>
    makeDocx(paragraph('words beside a nested archive'), [{ name: 'word/media/bomb.zip', content: nestedZip() }]),
  'office/climbing.docx': () =>
    makeDocx(paragraph('words beside names that climb'), [
      { name: '../../etc/passwd', content: 'SECRET' },
      { name: '/etc/passwd', content: 'SECRET' },
      { name: 'word/document.xml', content: 'SECRET' },
    ]),
  'office/climbs-to-its-words.docx': () =>
    makeZip([{ name: '_rels/.rels', content: relations([['a', 'officeDocument', '../../../../../../etc/passwd']]) }]),
  'office/entities.docx': () =>
    makeOffice(
      'd.xml',
      `${ENTITIES}<w:document xmlns:w="w"><w:body>${paragraph('entities: &l9; &f;')}</w:body></w:document>`,
    ),
  'office/encrypted-part.docx': () =>
    makeZip([{ name: '_rels/.rels', content: relations([['a', 'officeDocument', 'a.xml']]), flags: 1 }]),
  'office/encrypted.docx': () => Buffer.from('d0cf11e0a1b11ae1', 'hex'),
  'office/damaged.docx': () =>
    makeZip([{ name: '_rels/.rels', content: relations([['a', 'officeDocument', 'a.xml']]), statedCrc: 1 }]),
  'office/deep.docx': () => makeDocx('<w:p>'.repeat(600)),
  'office/huge.docx': () => makeDocx(paragraph('word '.repeat(MIB / 4))),
  'office/empty.docx': () => '',
  'office/is-a-pdf.docx': () => fixture('orchard.pdf'),
  'office/is-rtf.docx': () => '{\\rtf1 words}',
  'office/is-a-page.docx': () => '<html><body>words</body></html>',
  'office/is-a-workbook.docx': () => fixture('cellar.xlsx'),
  'office/is-any-archive.pptx': () => makeZip([{ name: 'a.txt', content: 'words' }]),
  'office/many-files.pptx': () =>
    makeZip(Array.from({ length: 20_001 }, (_, n) => ({ name: `${n}`, content: '', stored: true }))),
  'office/cut.xlsx': () => fixture('cellar.xlsx').subarray(0, 2000),
  'office/far-corner.xlsx': () =>
    sheetOf(
      '<worksheet><sheetData><row r="1048576"><c r="A1048576" t="inlineStr"><is><t>far</t></is></c><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>',
    ),
  'office/entities.xlsx': () =>
    sheetOf(
      `${ENTITIES}<worksheet><sheetData><row><c t="inlineStr"><is><t>cell: &l9; &f;</t></is></c></row></sheetData></worksheet>`,
    ),
  'office/encrypted.odt': () =>
    makeZip([
      {
        name: 'META-INF/manifest.xml',
        content: '<m:manifest xmlns:m="m"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>',
      },
      { name: 'content.xml', content: 'scrambled' },
    ]),
  'office/repeats.ods': () =>
    makeZip([
      {
        name: 'content.xml',
        content: `<o:content xmlns:o="o" xmlns:t="t"><o:body><t:table t:name="S">${'<t:table-row><t:table-cell t:number-columns-repeated="2000000000"><t:p>a</t:p></t:table-cell></t:table-row>'.repeat(100)}</t:table></o:body></o:content>`,
      },
    ]),
  'office/climbing.epub': () => bookOf('../../../../../../etc/passwd'),
  'office/from-the-web.epub': () => bookOf('http://127.0.0.1/chapter.html'),
  'office/is-no-book.epub': () => makeZip([{ name: 'a.txt', content: 'words' }]),
}
