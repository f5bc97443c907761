import { z } from 'zod'

// Version 1 is frozen, so it stands on nothing that may change: these are not the schemas of the API, however alike they are.

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'

export const id = z.string().regex(new RegExp(`^${UUID}$`))
/** 32 bytes, hex. */
export const hash = z.string().regex(/^[0-9a-f]{64}$/)
/** HMAC-SHA-256 under a random key that lies with what it is of, and goes with it; hex. */
export const saltedDigest = z.string().regex(/^[0-9a-f]{64}$/)
export const version = z
  .string()
  .regex(/^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/)
  .describe('The version, MAJOR.MINOR.PATCH.')
/** RFC 3339, UTC, milliseconds. */
export const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
export const count = z.int().min(0)
export const trust = z.int().min(0).max(100).describe('What it may be trusted with.')
/** A word of a list that may grow: readers take one that they do not know for what it is, a word. */
export const word = z.string().regex(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/)
/** One line for people. */
export const label = z.string().min(1).max(1000)

/** What a record is about, of a kind that has ids. */
export const about = <const K extends string>(kind: K) => z.templateLiteral([`${kind}/`, id])
/** What a record is about, where there is one of it or all are meant. */
export const all = <const S extends string>(subject: S) => z.literal(subject)
