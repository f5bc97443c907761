// Arithmetic without the rest of this room, for worker threads, which start faster with less to load.
export { normalize } from '../vector.ts'
