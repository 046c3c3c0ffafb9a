/**
 * Counts for the operator how often each limit refused something. The counts begin when the server starts.
 */

import type { LimitName, ServerMeter } from './server-meter.js';

/** A meter that also counts refusals. It passes everything on to another meter. */
export function countRefusals(meter: ServerMeter, counts: Map<LimitName, number>): ServerMeter {
  return {
    recordConnection: (step) => meter.recordConnection(step),
    recordRequest: (kind, reply, ms) => meter.recordRequest(kind, reply, ms),
    recordDatagram: (kind, isSealed, outcome) => meter.recordDatagram(kind, isSealed, outcome),
    recordRefusal(limit) {
      counts.set(limit, (counts.get(limit) ?? 0) + 1);
      meter.recordRefusal(limit);
    },
    recordCommit: (changes, isDone, ms) => meter.recordCommit(changes, isDone, ms),
    setUsers: (count, reserved) => meter.setUsers(count, reserved),
    setQueuedChanges: (count) => meter.setQueuedChanges(count),
  };
}
