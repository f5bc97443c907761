import type { RouteDefinition } from '@forge-cascade/contract'

interface Pattern {
  readonly path: RegExp
  readonly method: string
}

/** Which methods a path takes, for the `Allow` header of a 405. */
export class AllowedMethods {
  readonly #patterns: readonly Pattern[]

  constructor(routes: readonly RouteDefinition[]) {
    this.#patterns = routes.map(({ path, method, rest }) => ({ path: toPattern(path, rest), method }))
  }

  /** Methods in alphabetical order; none when no route has this path. GET brings HEAD. */
  of(path: string): readonly string[] {
    const methods = this.#patterns.filter((pattern) => pattern.path.test(path)).map(({ method }) => method)
    return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].toSorted()
  }
}

/** `/v2/capsules/{id}` → one segment without a slash for each name, but for a rest. Paths hold no other special characters. */
const toPattern = (path: string, rest = false): RegExp =>
  new RegExp(
    `^${path
      .replaceAll('.', '\\.')
      .replace(rest ? /\{\w+\}$/ : /$/, rest ? '.+' : '')
      .replaceAll(/\{\w+\}/g, '[^/]+')}$`,
  )
