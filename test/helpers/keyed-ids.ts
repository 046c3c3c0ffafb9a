/**
 * Fills stores of tests with ids that have keys.
 */

import { Identity } from '../../keys/identity.js';
import type { UserId } from '../../protocol/id.js';
import type { Store } from '../../storage/store.js';

/** How many ids with keys each store of a test has from the beginning. */
export const KEYED_IDS = Number(process.env['KEYED_IDS'] ?? 0);

/** Registers {@link KEYED_IDS} ids. */
export async function fillWithKeyedIds(store: Store): Promise<void> {
  if (KEYED_IDS === 0) return;
  const device = { identity: Identity.create().key, serial: 1, floor: 0 };
  const ids = Array.from({ length: KEYED_IDS }, (_, index) => `keyed${index}` as UserId);
  await store.commit(ids.map((id) => ({ op: 'REG', id, device })));
}
