/** Kind and id of what `--about` names: `capsule`, or `capsule/<id>`. */
export function splitEntity(about: string | undefined): readonly [type: string | undefined, id: string | undefined] {
  const slash = about?.indexOf('/') ?? -1
  return about === undefined || slash === -1 ? [about, undefined] : [about.slice(0, slash), about.slice(slash + 1)]
}
