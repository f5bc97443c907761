import { type Bindings, matchesText } from './shown-output.ts'

/** Members whose number says when something happened, not what. */
const COUNTERS: ReadonlySet<string> = new Set(['sequence', 'took_ms', 'pid'])

/**
 * Whether every member that a page shows stands in what was printed; more members may stand there.
 *
 * @param shown a JSON document, or one on each line.
 * @returns where they differ, or undefined.
 */
export function findUnlikeJson(shown: string, printed: string, bindings: Bindings): string | undefined {
  const [wanted, got] = [documentsOf(shown), documentsOf(printed)]
  if (wanted === undefined) return 'what the page shows is no JSON'
  if (got === undefined) return `what was printed is no JSON: ${printed.slice(0, 200)}`
  return unlike('', wanted.length === 1 ? wanted[0] : wanted, got.length === 1 ? got[0] : got, bindings)
}

function documentsOf(text: string): readonly unknown[] | undefined {
  const whole = parse(text)
  if (whole !== undefined) return [whole.value]
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const each = lines.map(parse)
  return each.every((line) => line !== undefined) ? each.map(({ value }) => value) : undefined
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function unlike(path: string, wanted: unknown, got: unknown, bindings: Bindings): string | undefined {
  if (Array.isArray(wanted)) return unlikeList(path, wanted, got, bindings)
  if (isRecord(wanted)) return unlikeMembers(path, wanted, got, bindings)
  const isSame =
    typeof wanted === 'string' && typeof got === 'string'
      ? matchesText(wanted, got, bindings)
      : typeof wanted === 'number' && typeof got === 'number' && varies(path, wanted)
        ? true
        : wanted === got
  return isSame ? undefined : `${path || '/'}: the page shows ${JSON.stringify(wanted)}, ${JSON.stringify(got)} came`
}

function unlikeList(path: string, wanted: readonly unknown[], got: unknown, bindings: Bindings): string | undefined {
  if (!Array.isArray(got) || got.length !== wanted.length)
    return `${path || '/'}: the page shows a list of ${wanted.length}, ${JSON.stringify(got)} came`
  return first(wanted.map((each, index) => () => unlike(`${path}/${index}`, each, got[index], bindings)))
}

function unlikeMembers(
  path: string,
  wanted: Readonly<Record<string, unknown>>,
  got: unknown,
  bindings: Bindings,
): string | undefined {
  if (!isRecord(got)) return `${path || '/'}: the page shows an object, ${JSON.stringify(got)} came`
  return first(
    Object.entries(wanted).map(
      ([name, each]) =>
        () =>
          unlike(`${path}/${name}`, each, got[name], bindings),
    ),
  )
}

const first = (looks: readonly (() => string | undefined)[]): string | undefined => {
  for (const look of looks) {
    const found = look()
    if (found !== undefined) return found
  }
  return undefined
}

const varies = (path: string, wanted: number): boolean =>
  COUNTERS.has(path.split('/').at(-1) ?? '') || !Number.isInteger(wanted)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
