import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { BenchContext } from '../bench-context.ts'
import { type Quantiles, quantilesOf, timeEach } from '../measure/quantiles.ts'

/** Pinned, so that a number can be repeated. */
const CASBIN = 'casbin@5.51.1'
const RULES = [10, 100, 1000] as const
const CALLS = 300

/** Roles, conditions on attributes, and a deny that outweighs: the nearest to what the policies here say. */
const MODEL = `[request_definition]
r = sub, obj, act
[policy_definition]
p = sub_rule, team, act, eft
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.act == p.act && g(r.sub.Name, p.team) && eval(p.sub_rule)
`

/** What is used of casbin. */
interface Casbin {
  newModelFromString(text: string): unknown
  newEnforcer(model: unknown): Promise<{
    addPolicies(rules: readonly (readonly string[])[]): Promise<boolean>
    addGroupingPolicy(user: string, role: string): Promise<boolean>
    enforceEx(sub: object, obj: object, act: string): Promise<unknown>
  }>
}

/**
 * As many, simpler rules in casbin, and its time by that of ours.
 *
 * @param ours p50 in milliseconds, by the number of rules; what has none gets no ratio.
 */
export async function compareCasbin(
  { report, folder }: BenchContext,
  ours: ReadonlyMap<number, Pick<Quantiles, 'p50'>>,
): Promise<void> {
  report.progress(`installing ${CASBIN}`)
  const casbin = install(join(folder, 'casbin'))
  if (casbin === undefined) return report.note('casbin', `${CASBIN} could not be installed`)
  for (const rules of RULES) {
    const enforcer = await casbin.newEnforcer(casbin.newModelFromString(MODEL))
    await enforcer.addPolicies(
      Array.from({ length: rules }, (_, at) => [
        `r.obj.Risk < ${20 + (at % 60)}`,
        `t${at}`,
        'read',
        at % 5 === 4 ? 'deny' : 'allow',
      ]),
    )
    await enforcer.addGroupingPolicy('ada', 't0')
    const calls = Array.from({ length: CALLS }, (_, at) => ({ Risk: at % 100 }))
    const times = quantilesOf(await timeEach(calls, (thing) => enforcer.enforceEx({ Name: 'ada' }, thing, 'read')))
    report.times(`casbin, ${rules} rules`, times)
    const own = ours.get(rules)
    if (own) report.value(`casbin by ours, ${rules} rules`, times.p50 / own.p50, 'times')
  }
}

/** Once for all sections of a run. */
function install(folder: string): Casbin | undefined {
  const manifest = join(folder, 'package.json')
  if (existsSync(join(folder, 'node_modules', 'casbin'))) return createRequire(manifest)('casbin')
  mkdirSync(folder, { recursive: true })
  writeFileSync(manifest, '{"private":true}')
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', CASBIN]
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: 'ignore' })
  return status === 0 ? createRequire(manifest)('casbin') : undefined
}
