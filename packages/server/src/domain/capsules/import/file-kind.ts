import type { CapsuleType } from '@forge-cascade/contract'
import type { DocumentKind } from '../text/chunk.ts'
import type { DocumentFormat } from './document-format.ts'

/** What a file is taken for, by its name alone. */
export interface FileKind {
  readonly type: CapsuleType
  readonly structure: DocumentKind
  /** What its text is made from; absent where the file is text. */
  readonly format?: DocumentFormat
}

const KINDS = {
  markdown: { type: 'knowledge', structure: 'markdown' },
  prose: { type: 'knowledge', structure: 'text' },
  code: { type: 'code', structure: 'code' },
  config: { type: 'config', structure: 'code' },
  html: { type: 'knowledge', structure: 'markdown', format: 'html' },
  pdf: { type: 'knowledge', structure: 'markdown', format: 'pdf' },
  docx: { type: 'knowledge', structure: 'markdown', format: 'docx' },
  pptx: { type: 'knowledge', structure: 'markdown', format: 'pptx' },
  xlsx: { type: 'knowledge', structure: 'markdown', format: 'xlsx' },
  odf: { type: 'knowledge', structure: 'markdown', format: 'odf' },
  epub: { type: 'knowledge', structure: 'markdown', format: 'epub' },
} as const satisfies Record<string, FileKind>

const ENDINGS: Readonly<Partial<Record<keyof typeof KINDS, string>>> = {
  markdown: 'md markdown mdx mkd mdown',
  prose: 'txt text rst adoc asciidoc org tex textile wiki csv tsv',
  code:
    'js mjs cjs jsx ts mts cts tsx py pyi rb go rs java kt kts scala c h cc cpp cxx hh hpp hxx cs fs swift m mm php pl pm ' +
    'lua r jl ex exs erl hs clj cljs ml dart zig nim sh bash zsh fish ps1 sql graphql gql proto css scss less vue svelte ' +
    'xml xsl cypher cedar rego wgsl glsl',
  config: 'json jsonc json5 yml yaml toml ini cfg conf properties tf hcl nix gradle cmake mk',
  html: 'html htm xhtml',
  pdf: 'pdf',
  docx: 'docx docm dotx',
  pptx: 'pptx pptm ppsx',
  xlsx: 'xlsx xlsm',
  odf: 'odt ott ods odp',
  epub: 'epub',
}

/** Files that go by a name without an ending. */
const NAMES: Readonly<Partial<Record<keyof typeof KINDS, string>>> = {
  prose: 'readme license licence copying notice authors contributors maintainers changelog changes news codeowners',
  code: 'makefile dockerfile containerfile jenkinsfile vagrantfile rakefile gemfile justfile',
  config: 'procfile',
}

/** Written by a machine for a machine: large, and nothing anybody asks for. */
const GENERATED: ReadonlySet<string> = new Set([
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'composer.lock',
])
const MINIFIED = /\.min\.(?:js|css)$/

/** True for a file that its ending calls text and nobody reads. */
export function isGenerated(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  return GENERATED.has(name) || MINIFIED.test(name)
}

const BY_ENDING = index(ENDINGS)
const BY_NAME = index(NAMES)

function index(table: Readonly<Partial<Record<keyof typeof KINDS, string>>>): ReadonlyMap<string, FileKind> {
  const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[] // the table has exactly these
  return new Map(kinds.flatMap((kind) => (table[kind]?.split(' ') ?? []).map((word) => [word, KINDS[kind]] as const)))
}

/** Folders that hold decisions by convention (`docs/decisions`, `adr`). */
const DECISION_FOLDER = /(?:^|\/)(?:decisions|adrs?)\//i

/** The kind of a file whose name says that it is text; nothing for any other. */
export function knownKind(path: string): FileKind | undefined {
  if (isGenerated(path)) return undefined
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  const dot = name.lastIndexOf('.')
  const kind = dot > 0 ? BY_ENDING.get(name.slice(dot + 1)) : BY_NAME.get(name)
  return kind?.structure === 'markdown' && DECISION_FOLDER.test(path) ? { ...kind, type: 'decision' } : kind
}

/** The kind of a file that was asked for by name, whatever its name. */
export const kindOf = (path: string): FileKind => knownKind(path) ?? KINDS.prose
