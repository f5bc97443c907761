import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** A quarter of a minute: such a file is to begin early. */
const LONG_MS = 15_000

/** Files whose tests start processes, which is what takes long; where vitest has measured a file, that counts. */
export const LONG_FILES = [
  /\.e2e\.test\.ts$/,
  /crash[^/]*\.test\.ts$/,
  /^packages\/server\/test\//,
  /doctor\/doctor\.test\.ts$/,
  /folder-changes\.test\.ts$/,
  /round-trip\.test\.ts$/,
  /restore-point\.test\.ts$/,
  /shipping\.test\.ts$/,
  /rebuild-words\.test\.ts$/,
  /import-history\.test\.ts$/,
  /scrub\.test\.ts$/,
  /^tools\/package\.test\.ts$/,
  /^tools\/docs-commands\.test\.ts$/,
  /^tools\/clone-bundle\.test\.ts$/,
]

/** The long files begin first, so that at the end no worker waits for one of them. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isFirst = (file: TestSpecification) => this.#isLong(file)
    return [...sorted.filter(isFirst), ...sorted.filter((file) => !isFirst(file))]
  }

  #isLong({ moduleId, project }: TestSpecification): boolean {
    const path = relative(project.config.root, moduleId)
    return isLong(path, this.ctx.cache.getFileTestResults(`${project.name}:${path}`)?.duration)
  }
}

/** @param measuredMs what the file took the last time; 0 where none of its tests ran, which measures nothing. */
export const isLong = (path: string, measuredMs = 0): boolean =>
  measuredMs > 0 ? measuredMs > LONG_MS : LONG_FILES.some((pattern) => pattern.test(path))
