import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { apache2, bsd2, mit } from './licence-texts.ts'

/** Code of others that a package has taken into its own files, where no package.json names it. */
export interface ContainedCode {
  readonly name: string
  /** Undefined where the code does not say it. */
  readonly version: string | undefined
  /** SPDX expression. */
  readonly licence: string
  /** Package URL without a version. @see https://github.com/package-url/purl-spec */
  readonly purl: string
  readonly description: string
  /** What is to be passed on with it. */
  readonly text: string
}

interface Row extends Omit<ContainedCode, 'version'> {
  /** Stands in the file as long as the code does; its first group is the version. */
  readonly sign: RegExp
}

const GLUE = 'the JavaScript that loads it; the decoder, a WebAssembly file, is not in this package'

/** What others' files hold, as read in the file itself and in the sources that it names. */
const CONTAINED: Readonly<Record<string, { readonly file: string; readonly rows: readonly Row[] }>> = {
  unpdf: {
    file: 'dist/pdfjs.mjs',
    rows: [
      {
        name: 'pdfjs-dist',
        sign: /apiVersion:`(\d+\.\d+\.\d+)`/,
        licence: 'Apache-2.0',
        purl: 'pkg:npm/pdfjs-dist',
        description: 'PDF.js, which reads PDF documents',
        text: apache2('Copyright Mozilla Foundation and the contributors of PDF.js'),
      },
      {
        name: 'brotli',
        sign: /makeBrotliDecode/,
        licence: 'MIT',
        purl: 'pkg:github/google/brotli',
        description: 'the Brotli decoder inside PDF.js',
        text: mit(
          'Copyright (c) 2009, 2010, 2013-2016 by the Brotli Authors.',
          'Copyright 2017 Google Inc. All Rights Reserved.',
        ),
      },
      {
        name: 'pdf.js.openjpeg',
        sign: /async function OpenJPEG\(/,
        licence: 'BSD-2-Clause',
        purl: 'pkg:github/mozilla/pdf.js.openjpeg',
        description: `OpenJPEG for PDF.js: ${GLUE}`,
        text: bsd2('Copyright (c) 2024, Mozilla Foundation'),
      },
      {
        name: 'pdf.js.jbig2',
        sign: /async function JBig2\(/,
        licence: 'Apache-2.0',
        purl: 'pkg:github/mozilla/pdf.js.jbig2',
        description: `PDFium's JBIG2 for PDF.js: ${GLUE}`,
        text: apache2('Copyright 2026 Mozilla Foundation'),
      },
      {
        name: 'pdf.js.qcms',
        sign: /function qcms_convert_array\(/,
        licence: 'MIT',
        purl: 'pkg:github/mozilla/pdf.js.qcms',
        description: `qcms for PDF.js: ${GLUE}`,
        text: mit('Copyright (C) 2009-2024 Mozilla Corporation', 'Copyright (C) 1998-2007 Marti Maria'),
      },
    ],
  },
}

/** The first bytes of a WebAssembly module, as they are, as base64 and as an escaped text. */
const WEB_ASSEMBLY = /\0asm|AGFzb[Q-Z]|\\(?:0|x00|u0000)asm/

/**
 * What is contained in the package `name`, which is installed in `folder`.
 *
 * @throws Error when a row has no longer its code, or the file has got WebAssembly, of which no row knows.
 */
export function findContained(folder: string, name: string): readonly ContainedCode[] {
  const entry = CONTAINED[name]
  if (entry === undefined) return []
  return readContained(readFileSync(join(folder, entry.file), 'utf8'), name)
}

/** As {@link findContained}, of the text of the file. */
export function readContained(source: string, name: string): readonly ContainedCode[] {
  if (WEB_ASSEMBLY.test(source)) throw new Error(`${name} holds WebAssembly; find out whose, and give it a row`)
  return (CONTAINED[name]?.rows ?? []).map(({ sign, ...row }) => {
    const found = sign.exec(source)
    if (found === null) throw new Error(`${name} holds no ${row.name} any more, or another one; mend its row`)
    return { ...row, version: found[1] }
  })
}
