import type { CommandContext } from '../command-context.ts'

/** Prints an answer: as it came with `--json`, else as lines for people. */
export const printAnswer = (
  { settings, screen }: CommandContext,
  raw: unknown,
  lines: () => readonly string[],
): Promise<void> => (settings.json ? screen.json(raw) : screen.print(lines()))
