/** The two halves of the index: ACTIVE heads, which a search asks unless told otherwise, and all other versions. */
export const HEADS = 0
export const REST = 1
export type Part = typeof HEADS | typeof REST
export const PARTS: readonly Part[] = [HEADS, REST]

/** What a change of the index is written as. */
export const effectOf = (part: Part, kind: 'enter' | 'leave'): number => part * 2 + Number(kind === 'leave')
export const partOf = (effect: number): Part => (effect < 2 ? HEADS : REST)
export const isLeave = (effect: number): boolean => effect % 2 === 1
