import { SIGNAL_NAMES, type SignalName } from '../../packages/server/src/domain/capsules/index.ts'
import type { Dataset } from './dataset.ts'
import { type Measures, meanOf, measure } from './measures.ts'
import { RecallInstance } from './recall-instance.ts'

/** What a run of all questions came to. */
export interface Row {
  readonly name: string
  readonly questions: number
  readonly means: Measures
}

export interface Outcome {
  readonly dataset: string
  readonly capsules: number
  readonly embedder: string
  /** All questions, and those of each category. */
  readonly rows: readonly Row[]
  /** All questions, by signals: BM25 alone, one more at a time, and all but one. Empty unless asked for. */
  readonly ablation: readonly Row[]
  /** Time of one search, in the middle, milliseconds. */
  readonly searchMs: number
}

export async function measureRecall(
  dataset: Dataset,
  folder: string,
  { ablation, model }: { readonly ablation: boolean; readonly model?: string | undefined },
): Promise<Outcome> {
  await using instance = await RecallInstance.open(folder, model)
  await instance.store(dataset)
  const times: number[] = []
  const askAll = async (without: ReadonlySet<SignalName>): Promise<readonly Measures[]> => {
    const all: Measures[] = []
    for (const question of dataset.questions) {
      const startedAt = performance.now()
      const hits = await instance.ask(question, without)
      times.push(performance.now() - startedAt)
      all.push(measure(hits, instance.evidenceOf(question)))
    }
    return all
  }
  const whole = await askAll(new Set())
  const searchMs = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
  const rowOf = (name: string, measures: readonly Measures[]): Row => ({
    name,
    questions: measures.length,
    means: meanOf(measures),
  })
  const steps: Row[] = []
  for (const { name, without } of ablation ? stepsOf() : []) steps.push(rowOf(name, await askAll(without)))
  return {
    dataset: dataset.name,
    capsules: dataset.items.length || dataset.places.length,
    embedder: instance.embedderModel,
    rows: [
      rowOf('all', whole),
      ...[...new Set(dataset.questions.map(({ category }) => category))].toSorted().map((category) =>
        rowOf(
          category,
          whole.filter((_, at) => dataset.questions[at]?.category === category),
        ),
      ),
    ],
    ablation: steps,
    searchMs,
  }
}

interface Step {
  readonly name: string
  readonly without: ReadonlySet<SignalName>
}

/** BM25 of the passage, then one signal more at a time, then all signals but one. */
function stepsOf(): readonly Step[] {
  const added = SIGNAL_NAMES.map((name, at) => ({
    name: at === 0 ? `${name} alone (BM25)` : `+ ${name}`,
    without: new Set(SIGNAL_NAMES.slice(at + 1)),
  }))
  return [...added, ...SIGNAL_NAMES.map((name) => ({ name: `all but ${name}`, without: new Set([name]) }))]
}
