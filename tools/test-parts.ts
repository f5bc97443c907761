import type { ValidationModule } from './validation/validation-record.ts'

/** Which part a file of tests is about, by its path; the first that fits. */
const PARTS: readonly (readonly [RegExp, ValidationModule])[] = [
  [/ledger|witness|evidence|cosign/, 'ledger'],
  [/\/(open-log|log-(contents|copies|disk|keys|tree)|rotation-crash|tell-restore)\.test\.ts$/, 'ledger'],
  [/\/(examine-tree|leaf-changes|leaf-text|published-folder|record-(schemas|writers)|to-record)\.test\.ts$/, 'ledger'],
  [/\/domain\/identity\//, 'identity'],
  [
    /security|verification|\/domain\/governance\/|\/(governance|emergency|decision|gate|governed|replay|proposal|analysis|council)[-.]|\/adapters\/artifacts\/|\/artifact[-.]|\/polic(y|ies)[/.-]|\/proposals\.test/,
    'security',
  ],
  [/^packages\//, 'memory'],
]

/** The part of the product that a file of tests, by its path from the root, is about; undefined where it is about our tools. */
export const partOfTests = (file: string): ValidationModule | undefined => PARTS.find(([path]) => path.test(file))?.[1]
