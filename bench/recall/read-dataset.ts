import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { z } from 'zod'
import { chatDataset, conversations } from './conversations.ts'
import { type Dataset, EMPTY } from './dataset.ts'

/** Documents with questions, each document a capsule. bench/README.md has the format. */
const collection = z.object({
  documents: z
    .array(
      z.object({
        id: z.string(),
        title: z.string().optional(),
        content: z.string(),
        type: z.enum(['knowledge', 'code']).optional(),
      }),
    )
    .min(1),
  questions: z.array(
    z.object({
      question: z.string(),
      evidence: z.array(z.string()),
      category: z.union([z.string(), z.number()]).optional(),
    }),
  ),
})

/**
 * Reads a file of conversations or of documents.
 *
 * @throws Error that names the file when it is neither.
 */
export function readDataset(path: string): Dataset {
  const json: unknown = JSON.parse(readFileSync(path, 'utf8'))
  const name = basename(path, '.json')
  const talk = conversations.safeParse(json)
  if (talk.success) return chatDataset(name, talk.data)
  const documents = collection.safeParse(json)
  if (documents.success) return documentDataset(name, documents.data)
  const why = z.prettifyError(Array.isArray(json) ? talk.error : documents.error)
  throw new Error(`${path} holds neither conversations nor documents with questions:\n${why}`)
}

function documentDataset(name: string, { documents, questions }: z.infer<typeof collection>): Dataset {
  const items = documents.map(({ id, title, content, type = 'knowledge' }) => ({
    key: id,
    capsule: { content, type, ...(title === undefined ? {} : { title }) },
  }))
  const known = new Set(items.map(({ key }) => key))
  return {
    ...EMPTY,
    name,
    items,
    questions: questions
      .map(({ question, evidence, category = 'all' }) => ({
        text: question,
        evidence: [...new Set(evidence)].filter((key) => known.has(key)),
        category: String(category),
      }))
      .filter(({ evidence }) => evidence.length > 0),
  }
}
