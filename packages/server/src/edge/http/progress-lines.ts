/**
 * Starts work that tells how far it is, as the lines of an answer: what was told last, each time somebody reads, and in the
 * end the outcome. It resolves once the work tells something or ends, so that what fails before is answered as a problem.
 *
 * @throws whatever the work fails with before it tells anything; the lines break off with what it fails with later.
 */
export async function progressLines<Told, Outcome>(
  work: (tell: (told: Told) => void) => Promise<Outcome>,
  show: (outcome: Outcome) => unknown,
): Promise<AsyncGenerator<string>> {
  const progress = new Progress<Told>()
  // Settled either way before anybody waits for it: a client that leaves ends the lines in the middle.
  const working = settle(work((told) => progress.tell(told))).finally(() => progress.end())
  await progress.news()
  if (progress.hasEnded) {
    const found = await working
    if (!found.ok) throw found.error
  }
  return linesOf(progress, working, show)
}

async function* linesOf<Told, Outcome>(
  progress: Progress<Told>,
  working: Promise<Settled<Outcome>>,
  show: (outcome: Outcome) => unknown,
): AsyncGenerator<string> {
  while (!progress.hasEnded) {
    yield `${JSON.stringify(progress.take())}\n`
    await progress.news()
  }
  const found = await working
  if (!found.ok) throw found.error
  yield `${JSON.stringify(show(found.value))}\n`
}

/** What was told last, for one who reads. */
class Progress<Told> {
  hasEnded = false
  #told: Told | undefined
  #news = Promise.withResolvers<void>()

  tell(told: Told): void {
    this.#told = told
    this.#news.resolve()
  }

  end(): void {
    this.hasEnded = true
    this.#news.resolve()
  }

  /** Resolves when something was told since it was taken last, or nothing more will be. */
  news(): Promise<void> {
    return this.#news.promise
  }

  take(): Told | undefined {
    if (!this.hasEnded) this.#news = Promise.withResolvers()
    return this.#told
  }
}

type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }

const settle = <T>(promise: Promise<T>): Promise<Settled<T>> =>
  promise.then(
    (value) => ({ ok: true, value }),
    (error: unknown) => ({ ok: false, error }),
  )
