/** Below it the series is quick, above it the continued fraction. */
const TURN = 2
const STEPS = 200

/**
 * P(Z ≥ z) of the standard normal distribution; the error relative to the result is below 1e-12 for z from 0 to 37.
 *
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.2.11 and 26.2.14
 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z)
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  return z < TURN ? 0.5 - density * series(z) : density / fraction(z)
}

/** z + z³/3 + z⁵/(3·5) + … */
function series(z: number): number {
  let [term, sum] = [z, z]
  for (let odd = 3; term > 0 && odd < 2 * STEPS; odd += 2) {
    term *= (z * z) / odd
    sum += term
  }
  return sum
}

/** z + 1/(z + 2/(z + 3/(z + …))), from its end. */
function fraction(z: number): number {
  let value = z
  for (let step = STEPS; step > 0; step--) value = z + step / value
  return value
}
