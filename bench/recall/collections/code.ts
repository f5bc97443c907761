import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Dataset, EMPTY, type RecallPlace, type RecallQuestion } from '../dataset.ts'

/** One function a file, each with a comment that says in a sentence what it does (MIT). */
const PACKAGE = 'lodash@4.17.21'
const COMMENT = /\/\*\*\n([\s\S]*?)\*\/\n(?=function (\w+)\()/gu
const SENTENCE = /^[A-Z][^.]{20,300}\./u

/**
 * The functions of a library without their comments, and the first sentence of each comment as a question. Fetched with
 * npm into the folder.
 */
export function codeCollection(folder: string): Dataset {
  const [archive] = JSON.parse(
    execFileSync('npm', ['pack', PACKAGE, '--json', '--pack-destination', folder], { encoding: 'utf8' }),
  ) as [{ filename: string }]
  execFileSync('tar', ['-xzf', archive.filename, '-C', folder], { cwd: folder })
  const files: { path: string; text: string }[] = []
  const places: RecallPlace[] = []
  const questions: RecallQuestion[] = []
  const root = join(folder, 'package')
  for (const path of globSync('*.js', { cwd: root }).toSorted()) {
    // The file of all functions repeats those of their own files, and so do modules of aliases.
    if (/^(?:lodash|core|_|index)|\.min\.js$/u.test(path)) continue
    const text = readFileSync(join(root, path), 'utf8')
    for (const [, comment = '', name = ''] of text.matchAll(COMMENT)) {
      const said = comment
        .replace(/^\s*\* ?/gmu, '')
        .replaceAll('\n', ' ')
        .trim()
      const asked = SENTENCE.exec(said)?.[0]
      const holds = `function ${name}(`
      if (asked === undefined) continue
      places.push({ key: path, path, holds })
      questions.push({ text: asked, evidence: [path], category: 'function' })
    }
    files.push({ path, text: text.replaceAll(COMMENT, '') })
  }
  return { ...EMPTY, name: 'code', files, places, questions }
}
