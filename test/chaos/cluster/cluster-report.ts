/**
 * Formats the counts of a run with several servers.
 */

import { ms, row } from '../report.js';
import { total } from '../tally.js';
import type { ClusterRun } from './run-cluster.js';

/** The table at the end of a run. */
export function clusterTable({ tally, counts }: ClusterRun): string {
  return [
    row('fault', 'times'),
    ...[...counts.faults].sort().map(([name, times]) => row(name, times)),
    row('all', total(counts.faults)),
    '',
    row('requests answered', tally.answered),
    row('requests unanswered', tally.unanswered),
    row('changes acknowledged', tally.acknowledged),
    row('changes lost', tally.faults('loss')),
    row('logins with a key', tally.logins),
    row('ids registered in a race', counts.races),
    row('commits in doubt', counts.doubts),
    row('  found in the log', counts.doubtsMade),
    row('  not found in the log', counts.doubtsUndone),
    row('failovers', counts.failovers),
    row('failovers with a commit in doubt', counts.failoversInDoubt),
    row('servers ended, directory replaced', counts.diverged),
    row('starts without a primary', counts.startsRefused),
    row('announcements seen elsewhere', counts.announcementsSeen),
    row('slowest answer', ms(tally.slowestAnswerMs)),
    row('longest time without a change', ms(counts.longestOutageMs)),
  ].join('\n');
}

/** The line that is printed after a control. */
export function controlLine(name: string, { tally, counts }: ClusterRun): string {
  const lost = tally.faults('loss');
  const rounds = total(counts.faults);
  const acknowledged = tally.acknowledged.toLocaleString('en');
  return `control, ${name}: ${lost} losses found in ${acknowledged} acknowledged changes, ${rounds} faults`;
}
