/**
 * Brings half of the users of a measured server online.
 */

import { PREFIX } from './database.js';
import type { Generator } from './generator.js';
import type { Subject } from './subject.js';

/** The lowest rate, in announcements a second. */
const RATE = 20_000;

/**
 * Announces half of the users, so that they are online for the next ten minutes. Announces these users as
 * offline first: after repeated announcements, the server would expect the next one much sooner.
 */
export async function announceAll(
  generator: Generator,
  { ports }: Subject,
  registered: number,
): Promise<void> {
  const users = registered / 2;
  const rate = Math.max(RATE, users / 10);
  const ms = (users / rate) * 1_000;
  for (const kind of ['GONE', 'SET'] as const) {
    await generator.run({ kind, port: ports.udp, ms, prefix: PREFIX, users, registered, rate });
  }
}
