/**
 * Formats the counts of a run.
 */

import { type Tally, total } from './tally.js';

/** The progress line during a run. */
export function progressLine(tally: Tally, seconds: number): string {
  const crashes = total(tally.crashes);
  return `${seconds} s: ${crashes} crashes, ${tally.answered} answers, ${tally.lines} lines of chat`;
}

/** The table at the end of a run. */
export function table(tally: Tally): string {
  const kinds = [...new Set([...tally.crashes.keys(), ...tally.restarts.keys()])].sort();
  const lost = tally.faults('loss');
  return [
    row('actor', 'crashed', 'restarted'),
    ...kinds.map((kind) => row(kind, tally.crashes.get(kind) ?? 0, tally.restarts.get(kind) ?? '-')),
    row('all', total(tally.crashes), total(tally.restarts)),
    '',
    row('requests answered', tally.answered),
    row('requests unanswered', tally.unanswered),
    row('changes acknowledged', tally.acknowledged),
    row('changes and lines lost', lost),
    row('logins with a key', tally.logins),
    row('chats held', tally.chats),
    row('lines delivered', tally.lines),
    row('slowest answer', ms(tally.slowestAnswerMs)),
    row('longest silence between buddies', ms(tally.longestSilenceMs)),
  ].join('\n');
}

/** Formats a duration in milliseconds. */
export function ms(duration: number): string {
  return `${Math.round(duration).toLocaleString('en')} ms`;
}

/** Formats a row of the table. */
export function row(label: string, ...values: readonly (number | string)[]): string {
  const cells = values.map((value) => value.toLocaleString('en').padStart(12));
  return label.padEnd(32) + cells.join('');
}
