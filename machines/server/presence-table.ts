/**
 * Who is online, where, and until when. In memory only: after a restart it fills again with the
 * clients' next announcements.
 */

import type { Endpoint } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';
import type { Status } from '../../protocol/status.js';

/** How long a record lives that was set once, and the longest that any record lives. */
export const LONGEST_LIFE_MS = 10 * 60_000;

/** The shortest that a record lives after its second announcement. */
export const SHORTEST_LIFE_MS = 35_000;

/** How many times the longest recent gap between announcements a record lives. */
const LIFE_IN_GAPS = 3.5;

/** How many gaps count as recent. */
const RECENT_GAPS = 4;

/** Who is there, and where they take calls. */
export interface Presence {
  readonly status: Exclude<Status, 101>;
  readonly endpoint: Endpoint;
}

interface PresenceRecord extends Presence {
  readonly setAtMs: number;
  readonly expiresAtMs: number;
  /** The latest gaps between announcements, in milliseconds, newest last. */
  readonly gapsMs: readonly number[];
}

/** At most one record per registered user, who are themselves limited. Times are monotonic. */
export class PresenceTable {
  readonly #records = new Map<UserId, PresenceRecord>();

  /** Takes note of an announcement. 101 ends the record at once. */
  set(id: UserId, status: Status, endpoint: Endpoint, nowMs: number): void {
    if (status === 101) {
      this.#records.delete(id);
      return;
    }
    const last = this.#live(id, nowMs);
    const gapsMs = last === undefined ? [] : [...last.gapsMs, nowMs - last.setAtMs].slice(-RECENT_GAPS);
    this.#records.set(id, { status, endpoint, setAtMs: nowMs, gapsMs, expiresAtMs: nowMs + lifeMs(gapsMs) });
  }

  /** Who is there; `undefined` for anyone offline, never seen or expired. */
  get(id: UserId, nowMs: number): Presence | undefined {
    return this.#live(id, nowMs);
  }

  #live(id: UserId, nowMs: number): PresenceRecord | undefined {
    const record = this.#records.get(id);
    if (record === undefined || nowMs < record.expiresAtMs) return record;
    this.#records.delete(id);
    return undefined;
  }
}

/** How long a record lives whose announcements came with these gaps. */
function lifeMs(gapsMs: readonly number[]): number {
  if (gapsMs.length === 0) return LONGEST_LIFE_MS;
  return Math.min(Math.max(LIFE_IN_GAPS * Math.max(...gapsMs), SHORTEST_LIFE_MS), LONGEST_LIFE_MS);
}
