/**
 * Targets for figures.
 */

export interface Target {
  readonly text: string;
  readonly isMet: boolean;
}

/** A target with a limit. The limit applies to the exact figure, not to the rounded figure that is shown. */
export function atMost(figure: number, limit: number, unit = ''): Target {
  return { text: `at most ${limit.toLocaleString('en')}${unit && ` ${unit}`}`, isMet: figure <= limit };
}

/** A target that is met when all the given targets are met. */
export function allOf(...targets: readonly Target[]): Target {
  return {
    text: targets.map(({ text }) => text).join(', '),
    isMet: targets.every(({ isMet }) => isMet),
  };
}

/** A target with a label before its text. */
export function labelled(label: string, { text, isMet }: Target): Target {
  return { text: `${label} ${text}`, isMet };
}
