import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CEDAR_CRATES } from './cedar-crates.ts'
import { apache2, bsd2, bsd3, mit } from './licence-texts.ts'

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

const FAST_URI = [
  'Copyright (c) 2011-2021, Gary Court until https://github.com/garycourt/uri-js/commit/a1acf730b4bba3f1097c9f52e7d9d3aba8cdcaae',
  'Copyright (c) 2021-present The Fastify team <https://github.com/fastify/fastify#team>',
  'All rights reserved.',
]

/** What others' files hold, by package and file, as read in the file itself and in the sources that it names. */
const CONTAINED: Readonly<Record<string, Readonly<Record<string, readonly Row[]>>>> = {
  unpdf: {
    'dist/pdfjs.mjs': [
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
  '@modelcontextprotocol/server': {
    'dist/ajvProvider-DyjnscPj.mjs': [
      ofPnpm('ajv', 'a validator of JSON Schema', mit('Copyright (c) 2015-2021 Evgeny Poberezkin')),
      ofPnpm('ajv-formats', 'formats for ajv', mit('Copyright (c) 2020 Evgeny Poberezkin')),
      ofPnpm('fast-deep-equal', 'equality for ajv', mit('Copyright (c) 2017 Evgeny Poberezkin')),
      ofPnpm('json-schema-traverse', 'schemas part by part, for ajv', mit('Copyright (c) 2017 Evgeny Poberezkin')),
      {
        ...ofPnpm('fast-uri', 'addresses for ajv', bsd3(...FAST_URI)),
        licence: 'BSD-3-Clause',
      },
    ],
    'dist/src-DdvbAHrR.mjs': [
      ofPnpm('content-type', 'reads the header', mit('Copyright (c) 2015 Douglas Christopher Wilson')),
    ],
  },
  '@cedar-policy/cedar-wasm': {
    'nodejs/cedar_wasm_bg.wasm': CEDAR_CRATES.map(({ name, licence, does }) => ({
      ...{ name, licence, description: `a Rust package inside the module: ${does}` },
      sign: new RegExp(String.raw`/${name}-(\d+\.\d+\.\d+)/src`),
      purl: `pkg:cargo/${name}`,
      text: (licence === 'MIT' ? mit : apache2)(`Copyright the authors of ${name}`),
    })),
  },
}

/** Code of a package that its builder took in from pnpm's folders and marked with their paths. */
function ofPnpm(name: string, description: string, text: string): Row {
  const sign = new RegExp(String.raw`//#region \S*/\.pnpm/${name}@(\d+\.\d+\.\d+)[/_]`)
  return { name, sign, licence: 'MIT', purl: `pkg:npm/${name}`, description, text }
}

/** The first bytes of a WebAssembly module, as they are, as base64 and as an escaped text. */
const WEB_ASSEMBLY = /\0asm|AGFzb[Q-Z]|\\(?:0|x00|u0000)asm/

/**
 * What is contained in the package `name`, which is installed in `folder`.
 *
 * @throws Error when a row has no longer its code, or the file has got WebAssembly, of which no row knows.
 */
export function findContained(folder: string, name: string): readonly ContainedCode[] {
  return Object.keys(CONTAINED[name] ?? {}).flatMap((file) =>
    readContained(readFileSync(join(folder, file), 'utf8'), name, file),
  )
}

/** As {@link findContained}, of the text of one file. */
export function readContained(source: string, name: string, file: string): readonly ContainedCode[] {
  // The rows of a module tell what is in it; in a script it came untold.
  if (!file.endsWith('.wasm') && WEB_ASSEMBLY.test(source))
    throw new Error(`${name} holds WebAssembly; find out whose, and give it a row`)
  return (CONTAINED[name]?.[file] ?? []).map(({ sign, ...row }) => {
    const found = sign.exec(source)
    if (found === null) throw new Error(`${name} holds no ${row.name} any more, or another one; mend its row`)
    return { ...row, version: found[1] }
  })
}
