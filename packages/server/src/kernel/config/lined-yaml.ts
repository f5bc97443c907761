import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { lazy } from '#base'

/** Where something stands in a text: names of members, and places in lists from 0. */
export type YamlPath = readonly PropertyKey[]

/** What is wrong with a text as a whole. */
export interface YamlFault {
  /** From 1. */
  readonly line: number
  /** Shows nothing of the text, which may hold a secret. */
  readonly message: string
}

export type YamlReading =
  | {
      readonly ok: true
      /** Undefined for a text that says nothing. */
      readonly value: unknown
      /** The line of what a path leads to, from 1; that of what it stands in where it leads nowhere. */
      readonly lineOf: (path: YamlPath) => number
    }
  | { readonly ok: false; readonly fault: YamlFault }

const require = createRequire(import.meta.url)
/** Most instances have no such file, and the parser is much code. What is required is as its types say. */
const yaml = lazy(() => require('yaml') as typeof Yaml)

/** Reads YAML 1.2 without aliases, and knows the line of each part. Never throws. */
export function readLinedYaml(text: string): YamlReading {
  const { LineCounter, parseDocument, isNode } = yaml()
  const lines = new LineCounter()
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
    // The first error is the one to repair; those after it mostly follow from it.
    const [broken] = document.errors
    if (broken)
      return {
        ok: false,
        fault: { line: lines.linePos(broken.pos[0]).line, message: `this is not YAML (${broken.code})` },
      }
    const lineOf = (path: YamlPath): number => {
      for (let length = path.length; length > 0; length--) {
        const node = document.getIn(path.slice(0, length), true)
        if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
      }
      return 1
    }
    return { ok: true, value: document.toJS({ maxAliasCount: 0 }) ?? undefined, lineOf }
  } catch (error) {
    // The parser recurses, so a file of thousands of brackets ends its stack; and it refuses aliases that unfold without end.
    const message =
      error instanceof RangeError ? 'it is nested too deep: write it with fewer levels' : 'expected no aliases'
    return { ok: false, fault: { line: 1, message } }
  }
}
