/** The median of some numbers; NaN if there are none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** The chance that a confidence interval does not contain the true median. */
const MISS = 0.05;

/**
 * The 95 % confidence interval of the median, for any distribution. Its ends are two of the numbers, chosen
 * by rank. `undefined` for fewer than six numbers.
 */
export function medianInterval(values: readonly number[]): readonly [number, number] | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  // Each number is below the median with a chance of one half.
  let chance = 0.5 ** sorted.length;
  let rank = 0;
  for (let below = chance; below <= MISS / 2; below += chance) {
    rank += 1;
    chance *= (sorted.length - rank + 1) / rank;
  }
  const [low, high] = [sorted[rank - 1], sorted[sorted.length - rank]];
  return low === undefined || high === undefined ? undefined : [low, high];
}
