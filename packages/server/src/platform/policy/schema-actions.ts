import type { EntityJson } from './policy-request.ts'

/** What is read of a schema in Cedar's JSON form. */
export type SchemaJson = Readonly<
  Record<string, { readonly actions?: Readonly<Record<string, { readonly memberOf?: readonly GroupJson[] | null }>> }>
>

interface GroupJson {
  readonly id: string
  readonly type?: string | null
}

/** The actions that a schema declares, each below its groups: what every request knows of them. */
export function actionsOf(schema: SchemaJson): readonly EntityJson[] {
  return Object.entries(schema).flatMap(([namespace, { actions = {} }]) => {
    const own = namespace === '' ? 'Action' : `${namespace}::Action`
    return Object.entries(actions).map(([id, { memberOf }]) => ({
      uid: { type: own, id },
      attrs: {},
      parents: (memberOf ?? []).map((group) => ({ type: group.type ?? own, id: group.id })),
    }))
  })
}
