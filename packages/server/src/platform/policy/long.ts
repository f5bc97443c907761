import { BeyondCompiled, EvaluationError } from './evaluation-error.ts'
import { asLong, ExtensionValue, type Long, type Value } from './value.ts'

const LEAST = -(2n ** 63n)
const GREATEST = 2n ** 63n - 1n

/** The least and greatest of 64 bits are allowed. */
export const isLong = (value: bigint): boolean => value >= LEAST && value <= GREATEST

/** An integer in its one form: no bigint where a number holds it, and no negative zero. */
export function normalLong(value: Long): Long {
  if (typeof value === 'number') return value + 0
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function exact(value: bigint): Long {
  if (isLong(value)) return normalLong(value)
  throw new EvaluationError('the integer overflows 64 bits')
}

/** A result within ±(2^53 - 1) of exact operands is exact; beyond that it is worked out again. */
function arithmetic(fast: (one: number, other: number) => number, slow: (one: bigint, other: bigint) => bigint) {
  return (left: Value, right: Value): Long => {
    const [one, other] = [asLong(left), asLong(right)]
    if (typeof one === 'number' && typeof other === 'number') {
      const result = fast(one, other)
      if (Number.isSafeInteger(result)) return result + 0
    }
    return exact(slow(BigInt(one), BigInt(other)))
  }
}

export const add = arithmetic(
  (one, other) => one + other,
  (one, other) => one + other,
)
export const subtract = arithmetic(
  (one, other) => one - other,
  (one, other) => one - other,
)
export const multiply = arithmetic(
  (one, other) => one * other,
  (one, other) => one * other,
)

export const negate = (value: Value): Long => subtract(0, value)

/** @throws BeyondCompiled where times or durations may be compared. */
function comparison(holds: (one: Long, other: Long) => boolean) {
  return (left: Value, right: Value): boolean => {
    if (left instanceof ExtensionValue || right instanceof ExtensionValue)
      throw new BeyondCompiled('values of an extension type are compared')
    return holds(asLong(left), asLong(right))
  }
}

export const less = comparison((one, other) => one < other)
export const lessOrEqual = comparison((one, other) => one <= other)
export const greater = comparison((one, other) => one > other)
export const greaterOrEqual = comparison((one, other) => one >= other)
