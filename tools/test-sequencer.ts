import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files whose tests start processes, which is what takes long: a quarter of a minute and more each. */
const LONG = [
  /\.e2e\.test\.ts$/,
  /crash[^/]*\.test\.ts$/,
  /^packages\/server\/test\//,
  /(doctor\/doctor|folder-changes|round-trip|restore-point|shipping|rebuild-words|import-history|scrub)\.test\.ts$/,
  /^tools\/(package|docs-commands|clone-bundle)\.test\.ts$/,
]

/** The long files begin first, so that at the end no worker waits for one of them. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

const isLong = ({ moduleId, project }: TestSpecification): boolean =>
  LONG.some((pattern) => pattern.test(moduleId.slice(project.config.root.length + 1)))
