import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { replaceDurably } from '../../vault/index.ts'

/** Folder in the data folder for segments that wait to be shipped, and for how far the log was cut. */
export const SHIPPING_FOLDER = 'shipping'
const STATE_FILE = 'state.json'
const SEGMENT = '.segment'
const BASE = '.base'

/** How far the log was cut into segments. */
export interface CutState {
  /** Id of the chain. */
  readonly chain: string
  /** Number of the last base that was begun; names the group of the keys. */
  readonly generation: number
  /** Number of the next segment, from 1. */
  readonly next: number
  /** SHA-256 of the file of the last segment. */
  readonly previous: string | null
  /** Which log, and how many of its frames lie in segments. When the log is another one by now, it begins after them. */
  readonly salts: string
  readonly frames: number
  /** Newest leaf in the segments. */
  readonly sequence: number
  /** The file of the store when the log was last empty and all of it cut: time and size. */
  readonly folded?: string
}

export const shippingIn = (directory: string): string => join(directory, SHIPPING_FOLDER)
export const segmentName = (chain: string, number: number): string => `${chain}-${padded(number)}${SEGMENT}`
export const baseName = (chain: string, number: number): string => `${chain}-${padded(number)}${BASE}`
export const generationName = (chain: string, number: number): string => `${chain}-${number}`
/** The number in the name of a base or a segment. */
export const numberOf = (name: string): number => Number(/-(\d+)\.\w+$/.exec(name)?.[1])
const padded = (number: number): string => String(number).padStart(12, '0')

export const isSegment = (name: string): boolean => name.endsWith(SEGMENT)
export const isBase = (name: string): boolean => name.endsWith(BASE)

/** How far the log was cut; undefined when there is no chain, or when it ended. */
export function readState(directory: string): CutState | undefined {
  const file = join(shippingIn(directory), STATE_FILE)
  try {
    // Replaced as a whole by `writeState` alone, in a folder of the user's own.
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as CutState) : undefined
  } catch {
    return undefined
  }
}

export function writeState(directory: string, state: CutState): void {
  replaceDurably(join(shippingIn(directory), STATE_FILE), JSON.stringify(state))
}

/** Ends the chain: the log may be emptied, or the store replaced, without a word to it. */
export function endChain(directory: string): void {
  rmSync(join(shippingIn(directory), STATE_FILE), { force: true })
}

/** Names of segments that wait, in order. */
export function listWaiting(directory: string): string[] {
  const folder = shippingIn(directory)
  return existsSync(folder) ? readdirSync(folder).filter(isSegment).toSorted() : []
}

export function waitingBytes(directory: string): number {
  return listWaiting(directory).reduce((sum, name) => sum + sizeOf(join(shippingIn(directory), name)), 0)
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
