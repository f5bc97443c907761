/**
 * English words that say how a sentence is built, not what it is about, in the spelling of `terms`: lower-case, without
 * apostrophes. Short on purpose: `not` and `no` change what is said, and single letters name variables.
 */
const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about after all also am an and any are arent as at be because been before being both but by came can cannot cant
  could couldnt did didnt do does doesnt doing dont during each etc few for from further get gets getting had hadnt has
  hasnt have havent having he her here hers herself hes him himself his how i id if ill im in into is isnt it its itself
  ive just lets may me might more most much must my myself of off on once only or other our ours ourselves out over own
  quite really same shall she shes should shouldnt so some such than that thats the their theirs them themselves then
  there theres these they theyll theyre theyve this those through to too under until up upon us very was wasnt we well
  were werent weve what whats when where which while who whom whose why will with within wont would wouldnt yes yet you
  youll your youre yours yourself youve`.split(/\s+/),
)

export const isStopWord = (word: string): boolean => STOP_WORDS.has(word)
