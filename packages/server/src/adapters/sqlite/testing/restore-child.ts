/** Restores the newest point until it is killed. Run by a test: `node restore-child.ts <data> <target> <keys>`. */
import { systemClock } from '#base'
import { restorePoint } from '../restore-point.ts'

const [directory = '', from = '', keys = ''] = process.argv.slice(2)
process.stdout.write('begins\n')
restorePoint(directory, { from, keys, clock: systemClock, point: { kind: 'newest' } })
process.stdout.write('restored\n')
