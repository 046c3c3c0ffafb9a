/**
 * Frees the id of a removed user when its reservation is over. The server frees an id only when a client
 * registers it: one commit frees and registers the id. This needs no timer and no search through all
 * reservations. If several servers share a directory, each of them may free ids.
 */

import type { StoreChange, Users, Verdict } from '../../storage/store.js';

/** A group of requested changes, and the changes that free ids for them. */
interface FreeingChanges {
  readonly changes: readonly StoreChange[];
  /** Takes the verdicts on all `changes`. Returns only the verdicts on the requested changes. */
  requestedOf(verdicts: readonly Verdict[]): readonly Verdict[];
}

/**
 * Puts a FREE before each REG of an id whose reservation is over.
 *
 * @param untilMs Reservations that began at this time or earlier are over; a Unix time in milliseconds.
 */
export function withFrees(requested: readonly StoreChange[], users: Users, untilMs: number): FreeingChanges {
  // Without reservations, the usual case, nothing is searched or copied.
  if (users.countReservations() === 0) return { changes: requested, requestedOf: (verdicts) => verdicts };
  const changes = requested.flatMap((change): StoreChange[] => {
    const sinceMs = change.op === 'REG' ? users.reservedSince(change.id) : undefined;
    if (change.op !== 'REG' || sinceMs === undefined || sinceMs > untilMs) return [change];
    return [{ op: 'FREE', id: change.id, untilMs }, change];
  });
  const asked = new Set(requested);
  return {
    changes,
    requestedOf: (verdicts) => verdicts.filter((_, at) => asked.has(changes[at] as StoreChange)),
  };
}
