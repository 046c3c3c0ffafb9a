import type { Status } from '../../protocol/status.js';

/**
 * Whether the user is at the terminal. `away`: the user chose this status. `idle`: no key was pressed for
 * some time.
 */
export type Attendance = 'here' | 'away' | 'idle';

/** The status that buddies see. */
export function statusOf(attendance: Attendance): Status {
  return attendance === 'here' ? 100 : 102;
}
