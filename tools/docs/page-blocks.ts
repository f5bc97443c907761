/** A command of a page with what the page says it prints; undefined where it says nothing. */
export interface ShownCommand {
  /** Line in the page, from 1. */
  readonly line: number
  readonly text: string
  readonly shows: readonly string[] | undefined
}

/** What a page does, in the order of the page. */
export type Block =
  | { readonly kind: 'run'; readonly line: number; readonly exits: number; readonly commands: readonly ShownCommand[] }
  /** Runs in a terminal of its own until the page presses Ctrl-C or ends. */
  | { readonly kind: 'serve'; readonly line: number; readonly commands: readonly ShownCommand[] }
  /** `<!-- Ctrl-C -->`: ends what serves. */
  | { readonly kind: 'interrupt'; readonly line: number }
  /** Members that stand in what the block before printed. */
  | { readonly kind: 'json'; readonly line: number; readonly text: string }
  | { readonly kind: 'left-out'; readonly line: number; readonly reason: string }
  | { readonly kind: 'fault'; readonly line: number; readonly reason: string }

interface Fence {
  readonly line: number
  readonly language: string
  readonly info: string
  readonly body: readonly string[]
}

const OPENS = /^(?<indent> *)(?:```|<!-- )(?<language>sh|console|json)(?: (?<info>[^`>]*))?$/
const CLOSES = /^ *(?:```|-->)$/
const OTHER_FENCE = /^ *```/
const CTRL_C = /^<!-- Ctrl-C -->$/

/**
 * The blocks of a page that a reader types or compares. The words after the language say how:
 *
 * - nothing: it runs and ends with 0 · `exits 3`: with that code · `serves`: it runs beside the others
 * - `no-run: why`: it is left out, and listed
 *
 * `console` shows prompts (`$ `) and what follows them; `json` behind a block shows members of what that printed. An HTML
 * comment `<!-- sh` … `-->` runs as well: it prepares what the page takes for granted, and no reader sees it.
 */
export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = []
  for (const found of fencesOf(page)) {
    if ('language' in found) blocks.push(blockOf(found, blocks.at(-1)))
    else blocks.push(found)
  }
  return blocks.filter((block) => block.kind !== 'json' || block.text !== '')
}

function* fencesOf(page: string): Generator<Fence | Extract<Block, { kind: 'interrupt' }>> {
  const lines = page.split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (CTRL_C.test(line)) yield { kind: 'interrupt', line: at + 1 }
    const opened = OPENS.exec(line)?.groups
    if (opened === undefined && !OTHER_FENCE.test(line)) continue
    const end = lines.findIndex((each, index) => index > at && CLOSES.test(each))
    const body = lines.slice(at + 1, end < 0 ? undefined : end)
    const indent = opened?.indent?.length ?? 0
    if (opened !== undefined)
      yield {
        line: at + 1,
        language: opened.language ?? '',
        info: (opened.info ?? '').trim(),
        body: body.map((each) => each.slice(Math.min(indent, each.length))),
      }
    at += body.length + 1
  }
}

function blockOf({ line, language, info, body }: Fence, before: Block | undefined): Block {
  const reason = /^no-run:\s*(?<reason>\S.*)$/.exec(info)?.groups?.reason
  if (reason !== undefined) return { kind: 'left-out', line, reason }
  if (language === 'json') return { kind: 'json', line, text: before?.kind === 'run' ? body.join('\n') : '' }
  const commands = language === 'sh' ? [whole(line, body)] : transcriptOf(line, body)
  if (info === 'serves') return { kind: 'serve', line, commands }
  const exits = /^(?:exits (?<code>\d+))?$/.exec(info)
  if (exits === null) return { kind: 'fault', line, reason: `\`${info}\` after the language is not understood` }
  return { kind: 'run', line, exits: Number(exits.groups?.code ?? 0), commands }
}

const whole = (line: number, body: readonly string[]): ShownCommand => ({
  line: line + 1,
  text: body.join('\n'),
  shows: undefined,
})

/** Commands behind prompts, over lines that end in a backslash, each with the lines down to the next prompt. */
function transcriptOf(line: number, body: readonly string[]): readonly ShownCommand[] {
  const commands: { line: number; text: string; shows: string[] }[] = []
  let goesOn = false
  for (const [index, text] of body.entries()) {
    const last = commands.at(-1)
    if (goesOn && last !== undefined) last.text += `\n${text}`
    else if (text.startsWith('$ ')) commands.push({ line: line + 1 + index, text: text.slice(2), shows: [] })
    else last?.shows.push(text)
    goesOn = text.endsWith('\\') && (goesOn || text.startsWith('$ '))
  }
  return commands
}
