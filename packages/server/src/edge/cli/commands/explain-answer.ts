import { type AskAnswer, askAnswer, type Citation, type Explanation } from '@forge-cascade/contract'
import { type CascadeError, isCascadeError } from '#base'
import { answerText } from '../../answer-text.ts'
import { sourceInWords } from '../../source-in-words.ts'
import { usage } from '../command-input.ts'
import { parseGivenJson, readGiven } from '../read-given.ts'
import type { Session } from '../session.ts'

type Explained = Explanation['citations'][number]

/** What keeps a version from being shown, and is no failure of the command. */
const GONE: ReadonlySet<string> = new Set(['NOT_FOUND', 'ERASED', 'IN_ARCHIVE', 'UNPROCESSABLE'])

/** @throws CascadeError VALIDATION_FAILED for what is no answer, SOURCE_UNREADABLE for a file that cannot be read. */
export function readAnswer(path: string): AskAnswer {
  const parsed = askAnswer.safeParse(parseGivenJson(path, readGiven(path)))
  if (parsed.success) return parsed.data
  throw usage(`${path} is no answer as ask --json prints it: ${parsed.error.issues[0]?.path.join('/') ?? ''} is wrong.`)
}

/** Holds what an answer cited against what is stored, and that against the log. */
export async function explain(session: Session, answer: AskAnswer, question: string | null): Promise<Explanation> {
  const { embedder } = await session.ask('getSystemHealth')
  const citations: Explained[] = []
  for (const each of answer.citations) citations.push(await explainCitation(session, each, answer.sequence))
  const composed = answer.answer === answerText(answer.citations.map(({ quote }) => quote))
  return {
    ...{ question, answer: answer.answer, mode: answer.mode, embedder: embedder.model },
    ...{ correlation_id: answer.correlation_id, sequence: answer.sequence, composed },
    sound: composed && citations.every(isSound),
    citations,
  }
}

const isSound = ({ quoted, named, known, digest }: Explained): boolean =>
  quoted && named && known && digest?.matches === true

/** @param sequence newest entry that the answer says it knew. */
async function explainCitation(session: Session, cited: Citation, sequence: number): Promise<Explained> {
  const { capsule_id, version, title, quote, where, trust, start, end } = cited
  const said = { capsule_id, version, title, quote, where, trust }
  const params = { id: capsule_id, version }
  try {
    const stored = await session.ask('getVersion', { params })
    const { key: _key, ...digest } = await session.ask('openDigest', { params })
    // Not the lineage of the capsule: that has one edge for each parent, whatever version named it last.
    const parents = stored.parents.map(({ changes: _, ...parent }) => parent)
    return {
      ...said,
      quoted: stored.content.slice(start, end) === quote,
      named: stored.title === title && sourceInWords(stored.source) === where,
      known: digest.ledger_index !== null && digest.ledger_index <= sequence,
      ...{ digest, parents, problem: null },
    }
  } catch (error) {
    if (!isCascadeError(error) || !GONE.has(error.code)) throw error
    return { ...said, quoted: false, named: false, known: false, digest: null, parents: [], problem: problemOf(error) }
  }
}

/** What was erased, or lies in the archive, says so itself; anything else that is not here was taken away by nobody. */
const problemOf = ({ code, detail }: CascadeError): string =>
  code === 'NOT_FOUND' ? `This store has no such capsule: ${detail} The answer may be of another instance.` : detail
