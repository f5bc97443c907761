import type { BundledModel } from './bundled-models.ts'
import type { BundledPackage } from './bundled-packages.ts'
import type { ContainedCode } from './contained-code.ts'

const HEAD = `# Third-party notices

Forge Cascade is licensed under Apache-2.0 (see LICENSE). The package contains code of the packages below, unchanged but for
being put into fewer files, under the licences that follow. \`sbom.cdx.json\` lists the same packages for machines.
`

/** THIRD-PARTY-NOTICES.md: a table of the packages and models, then the texts they ask to be passed on with them. */
export function writeThirdPartyNotices(
  packages: readonly BundledPackage[],
  models: readonly BundledModel[] = [],
): string {
  const ofPackages = packages.flatMap((each) => [rowOf(each), ...each.contained.map((code) => rowOf(code, each.name))])
  const rows = [...ofPackages, ...models.map((model) => rowOf(model, model.asset))]
  const table = ['| package | version | licence |', '| --- | --- | --- |', ...rows].join('\n')
  return [HEAD, table, ...packages.map(sectionOf), ...models.map(modelSectionOf), ''].join('\n')
}

interface Told {
  readonly name: string
  readonly version: string | undefined
  readonly licence: string
}

const rowOf = ({ name, version, licence }: Told, holder?: string): string =>
  `| ${name}${holder === undefined ? '' : ` (in ${holder})`} | ${version ?? ''} | ${licence} |`

const sectionOf = ({ name, version, texts, contained }: BundledPackage): string =>
  [`\n## ${name} ${version}`, ...texts.map(blockOf), ...contained.map((code) => subsectionOf(code, name))].join('\n\n')

const modelSectionOf = ({ name, version, description, text }: BundledModel): string =>
  `\n## ${name} ${version}\n\nIt is ${description}.\n\n${blockOf(text)}`

const subsectionOf = ({ name, version, description, text }: ContainedCode, holder: string): string =>
  `### ${name}${version === undefined ? '' : ` ${version}`}, in ${holder}\n\nIt is ${description}.\n\n${blockOf(text)}`

const blockOf = (text: string): string => `${fenceFor(text)}text\n${tidy(text)}\n${fenceFor(text)}`

const tidy = (text: string): string => text.replaceAll('\r\n', '\n').trim()

/** A fence that no line of the text can close. */
function fenceFor(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/^`+/gm)].map((hit) => hit[0].length))
  return '`'.repeat(longest + 1)
}
