/** Keys of the tags of a version, as its row lists them. */
// Written by the capsule writer as a JSON array of integers.
export const parseTagKeys = (text: string | null): number[] => (text === null ? [] : (JSON.parse(text) as number[]))

/** Keys of tags as a row lists them; `parseTagKeys` reads them. */
export const tagText = (tags: readonly number[]): string | null => (tags.length === 0 ? null : JSON.stringify(tags))
