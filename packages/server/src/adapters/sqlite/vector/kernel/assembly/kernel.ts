// What the host calls. One source, compiled twice: with and without relaxed SIMD.

export { ceilingNow, sort as finish } from './best'
export { encode, measure } from './encode'
export { filter } from './filter'
export { begin, scan } from './scan'
