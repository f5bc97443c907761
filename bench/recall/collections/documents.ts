import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { markdownSections } from '../../../packages/server/src/domain/capsules/text/markdown-sections.ts'
import { type Dataset, EMPTY, type RecallPlace, type RecallQuestion } from '../dataset.ts'

const FOLDER = join(import.meta.dirname, '../../../node_modules/fastify/docs')
/** Words of a sentence that can be asked for: fewer say too little, more are a paragraph. */
const WORDS = { min: 6, max: 40 } as const
/** What must be left of a section after its first sentence is taken out. */
const REST_CHARACTERS_MIN = 200
const SENTENCE = /^[A-Z][^\n|`<>[\]]{20,300}?[.](?=\s)/mu

/**
 * The handbook of Fastify (MIT), which is a dependency and so is there already. A question is the first sentence of a
 * section, taken out of the text: the rest of the section must be found by it.
 */
export function documentsCollection(): Dataset {
  const files: { path: string; text: string }[] = []
  const places: RecallPlace[] = []
  const questions: RecallQuestion[] = []
  for (const path of globSync('**/*.md', { cwd: FOLDER }).toSorted()) {
    let text = readFileSync(join(FOLDER, path), 'utf8')
    for (const { blocks } of markdownSections(text, 400).toReversed()) {
      const [start, end] = [blocks[0]?.start ?? 0, blocks.at(-1)?.end ?? 0]
      const section = text.slice(start, end)
      const sentence = SENTENCE.exec(section)
      if (!sentence) continue
      const [asked] = sentence
      const rest = section.slice(sentence.index + asked.length).trim()
      const words = asked.split(/\s+/u).length
      const holds = rest.split('\n').find((line) => line.trim().length > 30 && text.split(line).length === 2)
      if (words < WORDS.min || words > WORDS.max || rest.length < REST_CHARACTERS_MIN || !holds) continue
      text = text.slice(0, start + sentence.index) + text.slice(start + sentence.index + asked.length)
      const key = `${path}#${questions.length}`
      places.push({ key, path, holds: holds.trim() })
      questions.push({ text: asked.replaceAll('\n', ' '), evidence: [key], category: 'section' })
    }
    files.push({ path, text })
  }
  return { ...EMPTY, name: 'documents', files, places, questions }
}
