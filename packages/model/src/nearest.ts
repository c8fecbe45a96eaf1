import leven from 'leven'

/** The word that was probably meant: the one with the fewest letters wrong, if few enough are. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.floor(word.length * WRONG_SHARE_MAX) + 1
  for (const candidate of candidates.slice(0, COMPARED_MAX)) {
    // So many letters are wrong at least, and a word may be long: to compare them costs the product of their lengths.
    if (Math.abs(word.length - candidate.length) >= bestDistance) continue
    const distance = leven(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Of the letters typed, this share may be wrong; beyond it a suggestion is a guess. */
const WRONG_SHARE_MAX = 0.4

/** Whoever mistypes a name must not be able to keep a server busy with it. */
const COMPARED_MAX = 1000
