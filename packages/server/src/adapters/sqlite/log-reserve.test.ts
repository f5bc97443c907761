import { copyFileSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Database } from './database.ts'
import { isLongLog, reserveLog } from './log-reserve.ts'
import { WalFile } from './shipping/wal-file.ts'
import { PAGE_BYTES } from './store-file.ts'
import { createFolders } from './testing.ts'

const folders = createFolders()
/** A folder that is there. */
function folder(): string {
  const path = folders()
  mkdirSync(path, { recursive: true })
  return path
}
const MIB = 1024 * 1024

const open = (file: string): Database =>
  new Database(file, {
    readOnly: false,
    pragmas: ['journal_mode = WAL', 'synchronous = FULL', 'wal_autocheckpoint = 0'],
  })

const rowsIn = (database: Database): number[] =>
  database.all<{ n: number }>('SELECT n FROM rows ORDER BY n').map(({ n }) => n)

/** What the next start finds after a crash now. */
function afterCrash(file: string): number[] {
  const copy = join(folder(), 'copy.db')
  for (const suffix of ['', '-wal']) copyFileSync(`${file}${suffix}`, `${copy}${suffix}`)
  const database = open(copy)
  const rows = rowsIn(database)
  database.close()
  return rows
}

test('commits overwrite the reserve of the log, and a crash at any of them loses nothing', () => {
  const file = join(folder(), 'store.db')
  const log = `${file}-wal`
  const database = open(file)
  database.exec('CREATE TABLE rows (n INTEGER PRIMARY KEY, text TEXT)')
  const all: number[] = []
  const commit = (): void => {
    all.push(all.length)
    database.run('INSERT INTO rows VALUES (?, ?)', all.length - 1, 'x'.repeat(3000))
  }
  for (let n = 0; n < 20; n++) commit()
  while (reserveLog(log)) expect(afterCrash(file)).toEqual(all)
  expect([statSync(log).size, isLongLog(log)]).toEqual([16 * MIB, false])
  for (let n = 0; n < 20; n++) {
    commit()
    expect(afterCrash(file)).toEqual(all)
  }
  // Copied into the file as in an idle moment: the next commit begins the log anew, before what stands there of the last time.
  database.exec('PRAGMA wal_checkpoint(PASSIVE)')
  for (let n = 0; n < 5; n++) {
    commit()
    expect(afterCrash(file)).toEqual(all)
  }
  expect([statSync(log).size, reserveLog(log)]).toEqual([16 * MIB, false])
  database.close()
})

test('a log that was emptied and made long again has not begun, as one of no bytes', () => {
  const file = join(folder(), 'store.db')
  const database = open(file)
  const isBegun = (): boolean => {
    using log = new WalFile(`${file}-wal`, PAGE_BYTES)
    return log.salts !== ''
  }
  database.exec('CREATE TABLE rows (n INTEGER PRIMARY KEY, text TEXT)')
  expect(isBegun()).toBe(true)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  expect([isBegun(), reserveLog(`${file}-wal`), isBegun()]).toEqual([false, true, false])
  database.run("INSERT INTO rows VALUES (1, '')")
  expect([isBegun(), afterCrash(file)]).toEqual([true, [1]])
  database.close()
})
