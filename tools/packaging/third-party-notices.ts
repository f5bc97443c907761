import type { BundledPackage } from './bundled-packages.ts'

const HEAD = `# Third-party notices

Forge Cascade is licensed under Apache-2.0 (see LICENSE). The package contains code of the packages below, unchanged but for
being put into fewer files, under the licences that follow. \`sbom.cdx.json\` lists the same packages for machines.
`

/** THIRD-PARTY-NOTICES.md: a table of the packages, then the texts they ask to be passed on with them. */
export function writeThirdPartyNotices(packages: readonly BundledPackage[]): string {
  const rows = packages.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`)
  const table = ['| package | version | licence |', '| --- | --- | --- |', ...rows].join('\n')
  return [HEAD, table, ...packages.map(sectionOf), ''].join('\n')
}

function sectionOf({ name, version, texts }: BundledPackage): string {
  const blocks = texts.map((text) => `${fenceFor(text)}text\n${tidy(text)}\n${fenceFor(text)}`)
  return `\n## ${name} ${version}\n\n${blocks.join('\n\n')}`
}

const tidy = (text: string): string => text.replaceAll('\r\n', '\n').trim()

/** A fence that no line of the text can close. */
function fenceFor(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/^`+/gm)].map((hit) => hit[0].length))
  return '`'.repeat(longest + 1)
}
