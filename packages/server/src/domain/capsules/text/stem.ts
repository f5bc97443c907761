/** The shortest stem a suffix may leave, so that `sing` keeps its `ing` and `bed` its `ed`. */
const STEM_MIN = 3
const VOWEL = /[aeiouy]/
/** Doubled consonants that a suffix doubled (`running`), unlike those of the word itself (`calling`, `passed`). */
const DOUBLED = /([bdgmnprt])\1$/

/**
 * A light English stemmer: plural, past and progressive forms of a word meet in one spelling (`caches`, `cached`,
 * `caching`, `cache` → `cach`). Its steps are akin to step 1 of Porter2 (snowballstem.org) and a final `e`, and nothing more: it never
 * joins words of different kinds (`relate`, `relation`), so it errs on the side of telling words apart.
 *
 * @param word lower-case letters; words with anything but a-z, or shorter than four letters, come back as they are.
 */
export function stem(word: string): string {
  if (word.length <= STEM_MIN || !/^[a-z]+$/.test(word)) return word
  return closeEnd(withoutVerbEnding(withoutPlural(word)))
}

function withoutPlural(word: string): string {
  if (word.endsWith('sses')) return word.slice(0, -2)
  if (word.endsWith('ies')) return word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1)
  if (word.endsWith('s') && !/(?:ss|us|is)$/.test(word)) return word.slice(0, -1)
  return word
}

function withoutVerbEnding(word: string): string {
  for (const ending of ['ing', 'ed']) {
    const rest = word.slice(0, -ending.length)
    if (word.endsWith(ending) && rest.length >= STEM_MIN && VOWEL.test(rest)) return rest.replace(DOUBLED, '$1')
  }
  return word
}

/** `cache` and `cach(ing)`, `pony` and `poni(es)` end alike; a short word keeps its `e` (`the` is none, `tree` is one). */
function closeEnd(word: string): string {
  if (word.length > STEM_MIN && word.endsWith('e')) return word.slice(0, -1)
  if (word.length > STEM_MIN && word.endsWith('y')) return `${word.slice(0, -1)}i`
  return word
}
