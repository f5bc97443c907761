import { readFileSync } from 'node:fs'
import { type AskAnswer, askAnswer, type Citation, type Explanation } from '@forge-cascade/contract'
import { CascadeError, fileTrouble, isCascadeError } from '#base'
import { usage } from '../command-input.ts'
import type { Session } from '../session.ts'

type Explained = Explanation['citations'][number]

/** What keeps a version from being shown, and is no failure of the command. */
const GONE: ReadonlySet<string> = new Set(['NOT_FOUND', 'ERASED', 'IN_ARCHIVE', 'UNPROCESSABLE'])

/** @throws CascadeError VALIDATION_FAILED for what is no answer, SOURCE_UNREADABLE for a file that cannot be read. */
export function readAnswer(path: string): AskAnswer {
  const parsed = askAnswer.safeParse(parseJson(readText(path), path))
  if (parsed.success) return parsed.data
  throw usage(`${path} is no answer as ask --json prints it: ${parsed.error.issues[0]?.path.join('/') ?? ''} is wrong.`)
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CascadeError('SOURCE_UNREADABLE', `${path} cannot be read: ${fileTrouble(error)}.`, { cause: error })
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CascadeError('VALIDATION_FAILED', `${path} is no JSON.`, { cause: error })
  }
}

/** Holds what an answer cited against what is stored, and that against the log. */
export async function explain(session: Session, answer: AskAnswer, question: string | null): Promise<Explanation> {
  const { embedder } = await session.ask('getSystemHealth')
  const citations: Explained[] = []
  for (const each of answer.citations) citations.push(await explainCitation(session, each))
  return {
    ...{ question, answer: answer.answer, mode: answer.mode, embedder: embedder.model },
    ...{ correlation_id: answer.correlation_id, sequence: answer.sequence },
    sound: citations.every(({ quoted, digest }) => quoted && digest?.matches === true),
    citations,
  }
}

async function explainCitation(session: Session, cited: Citation): Promise<Explained> {
  const { capsule_id, version, title, quote, where, trust, start, end } = cited
  const said = { capsule_id, version, title, quote, where, trust }
  const params = { id: capsule_id, version }
  try {
    const { content } = await session.ask('getVersion', { params })
    const { key: _key, ...digest } = await session.ask('openDigest', { params })
    const { nodes } = await session.ask('getLineage', { params: { id: capsule_id } })
    const ancestors = nodes.filter(({ id }) => id !== capsule_id)
    return { ...said, quoted: content.slice(start, end) === quote, digest, ancestors, problem: null }
  } catch (error) {
    if (!isCascadeError(error) || !GONE.has(error.code)) throw error
    return { ...said, quoted: false, digest: null, ancestors: [], problem: error.detail }
  }
}
