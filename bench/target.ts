/**
 * What was promised of a figure, and whether it is so.
 */

export interface Target {
  readonly text: string;
  readonly isMet: boolean;
}

/** The figure itself counts, not how it is rounded to be shown. */
export function atMost(figure: number, limit: number, unit = ''): Target {
  return { text: `at most ${limit.toLocaleString('en')}${unit && ` ${unit}`}`, isMet: figure <= limit };
}

/** Each of several promises. */
export function allOf(...targets: readonly Target[]): Target {
  return {
    text: targets.map(({ text }) => text).join(', '),
    isMet: targets.every(({ isMet }) => isMet),
  };
}

/** The same, said of something. */
export function of(what: string, { text, isMet }: Target): Target {
  return { text: `${what} ${text}`, isMet };
}
