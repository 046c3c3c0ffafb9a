import type { Status } from '../../protocol/status.js';

/** Whether the user is there: `away` by the user's own word, `idle` because no key was pressed for long. */
export type Attendance = 'here' | 'away' | 'idle';

/** The status that buddies see. */
export function statusOf(attendance: Attendance): Status {
  return attendance === 'here' ? 100 : 102;
}
