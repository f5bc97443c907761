import { styleText } from 'node:util'

/** What a rendering may emphasise, by meaning; the terminal's own colours show it. */
const STYLES = {
  strong: 'bold',
  faint: 'dim',
  good: 'green',
  warn: 'yellow',
  bad: 'red',
  accent: 'cyan',
  mark: 'inverse',
} as const satisfies Record<string, Parameters<typeof styleText>[0]>

export type Painter = { readonly [Style in keyof typeof STYLES]: (text: string) => string }

const plain = (text: string): string => text

/** Paints with colours, or not at all. */
export function createPainter(coloured: boolean): Painter {
  const brush = (style: keyof typeof STYLES) =>
    coloured ? (text: string) => styleText(STYLES[style], text, { validateStream: false }) : plain
  return {
    strong: brush('strong'),
    faint: brush('faint'),
    good: brush('good'),
    warn: brush('warn'),
    bad: brush('bad'),
    accent: brush('accent'),
    mark: brush('mark'),
  }
}

/** For whom a rendering draws: renderings are pure, so all they need stands here. */
export interface View {
  readonly paint: Painter
  readonly coloured: boolean
  /** Columns of a line. */
  readonly width: number
  /** Milliseconds since 1970, for ages. */
  readonly now: number
  /** The whole command line that does `rest` where this command was done: `./cascade --data x show …`. */
  readonly command: (rest: string) => string
}

/** Columns assumed where there is no terminal. */
export const WIDTH_DEFAULT = 80
/** Longer lines are harder to read than to wrap. */
const WIDTH_MAX = 120
const WIDTH_MIN = 40

/** A terminal that does not know its size says 0. */
export const widthOf = (columns: number | undefined): number =>
  Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, columns || WIDTH_DEFAULT))
