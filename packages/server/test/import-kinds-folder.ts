import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { HOSTILE_FILES } from './import-kinds-hostile.ts'

/** Endings of files that are text, by the type of capsule that they become. */
export const TEXT_ENDINGS = {
  knowledge: 'md markdown mdx mkd mdown txt text rst adoc asciidoc org tex textile wiki csv tsv',
  code:
    'js mjs cjs jsx ts mts cts tsx py pyi rb go rs java kt kts scala c h cc cpp cxx hh hpp hxx cs fs swift m mm php pl pm ' +
    'lua r jl ex exs erl hs clj cljs ml dart zig nim sh bash zsh fish ps1 sql graphql gql proto css scss less vue svelte ' +
    'xml xsl cypher cedar rego wgsl glsl',
  config: 'json jsonc json5 yml yaml toml ini cfg conf properties tf hcl nix gradle cmake mk',
} as const

/** Files whose name without an ending says that they are text, by the type of capsule that they become. */
export const TEXT_NAMES = { knowledge: 'README LICENSE', code: 'Makefile Dockerfile', config: 'Procfile' } as const

/** Endings of other documents, each with the fixture of its format. */
export const DOCUMENT_ENDINGS = {
  'orchard.html': 'html htm xhtml',
  'orchard.pdf': 'pdf',
  'handbook.docx': 'docx docm dotx',
  'numbers.pptx': 'pptx pptm ppsx',
  'cellar.xlsx': 'xlsx xlsm',
  'cider.odt': 'odt ott',
  'prices.ods': 'ods',
  'trees.odp': 'odp',
  'apples.epub': 'epub',
} as const

/** What is never looked at: nothing of it may be told, not even that it was left out. */
const UNSEEN: Readonly<Record<string, string>> = {
  '.hidden.md': 'hidden',
  '.secrets/key.md': 'in a hidden folder',
  'node_modules/left-pad/README.md': 'a package',
  'ignored/by-git.md': 'left out by .gitignore',
  'drafts/by-cascade.md': 'left out by .cascadeignore',
  '.gitignore': 'ignored/\n',
  '.cascadeignore': 'drafts/\n',
}

const LINKS: Readonly<Record<string, string>> = {
  'links/out-of-the-folder.md': '/etc/passwd',
  'links/out-by-dots.md': '../../../../../../../../etc/hostname',
  'links/out-to-a-folder': '/etc',
  'links/to-another-file.md': '../text/a.md',
  'links/to-a-folder': '../text',
  'links/to-nothing.md': 'there-is-no-such-file.md',
  'links/to-itself.md': 'to-itself.md',
}

/** A folder in which nothing is new: what is imported from it has the same dates at all times. */
const MODIFIED_AT = new Date('2025-06-01T12:00:00Z')
const FIXTURES = new URL('../src/adapters/documents/testing/fixtures/', import.meta.url)

/** One file of each kind that is read, and the worst ones. */
export function writeEveryKind(folder: string): void {
  const write = (path: string, content: string | Uint8Array): void => writeAt(join(folder, path), content)
  for (const [type, endings] of Object.entries(TEXT_ENDINGS))
    for (const ending of endings.split(' ')) write(`text/a.${ending}`, wordsOf(ending, type))
  for (const [type, names] of Object.entries(TEXT_NAMES))
    for (const name of names.split(' ')) write(`names/${name}`, wordsOf(name, type))
  for (const [fixture, endings] of Object.entries(DOCUMENT_ENDINGS))
    for (const ending of endings.split(' ')) write(`documents/a.${ending}`, readFileSync(new URL(fixture, FIXTURES)))
  for (const [path, content] of [...Object.entries(UNSEEN), ...Object.entries(HOSTILE_FILES)])
    write(path, typeof content === 'function' ? content() : content)
  for (const [path, target] of Object.entries(LINKS)) linkAt(join(folder, path), target)
  execFileSync('mkfifo', [join(folder, 'links/pipe.md')])
}

export const wordsOf = (ending: string, type: string): string => `The ${type} of a file that is called ${ending}.\n`

function writeAt(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  utimesSync(path, MODIFIED_AT, MODIFIED_AT)
}

function linkAt(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}
