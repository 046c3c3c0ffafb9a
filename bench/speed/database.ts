/**
 * Makes the databases of the measured servers.
 */

import type { Device } from '../../protocol/device.js';
import { parseId, type UserId } from '../../protocol/id.js';
import type { Change } from '../../protocol/request.js';
import { openTextStore } from '../../storage/text/text-store.js';
import { LISTS, listId } from './tcp-load.js';

/** How many changes are committed at a time. */
const BATCH_CHANGES = 65_536;

/** The number of users with long lists, and the lengths of long and short lists. */
export const LONG_LISTS = 100;
const LONG = 200;
const SHORT = 20;

/** The prefixes of the ids of users with long lists, and of the ids of ordinary users. */
export const LONG_PREFIX = 'long';
export const PREFIX = 'user';

/** Steps from one user to the next, and from one buddy to the next. Both visit all users, out of order. */
const STRIDE = 7_919;
const STEP = 104_729;

/**
 * The user whose list begins with this buddy.
 *
 * @param users How many users the database has.
 */
export function ownerOf(firstBuddy: number, users: number): number {
  const offset = (((firstBuddy - STEP) % users) + users) % users;
  return (offset * inverseOfStride(users)) % users;
}

const inverses = new Map<number, number>();

function inverseOfStride(users: number): number {
  const known = inverses.get(users) ?? inverse(STRIDE, users);
  inverses.set(users, known);
  return known;
}

/** The modular inverse of a number. */
function inverse(number: number, modulus: number): number {
  let [previous, current] = [modulus, number % modulus];
  let [before, now] = [0, 1];
  while (current !== 0) {
    const quotient = Math.floor(previous / current);
    [previous, current] = [current, previous - quotient * current];
    [before, now] = [now, before - quotient * now];
  }
  return ((before % modulus) + modulus) % modulus;
}

/**
 * Makes a database: users, half of whom have {@link SHORT} buddies; a few users with long lists; and the
 * users whose lists are changed by the load.
 *
 * @param device The device that registers all users. Without a device, the ids of the users have no keys.
 */
export async function makeDatabase(directory: string, users: number, device?: Device): Promise<void> {
  const store = await openTextStore(directory, { minCompactionBytes: Number.POSITIVE_INFINITY });
  let batch: Change[] = [];
  for (const change of changesFor(users)) {
    batch.push(device === undefined ? change : { ...change, device });
    if (batch.length < BATCH_CHANGES) continue;
    await store.commit(batch);
    batch = [];
  }
  await store.commit(batch);
  await store.compact();
  await store.close();
}

function* changesFor(users: number): Generator<Change> {
  for (let user = 0; user < users; user++) yield { op: 'REG', id: idOf(PREFIX, user) };
  for (let user = 0; user < LONG_LISTS; user++) yield { op: 'REG', id: idOf(LONG_PREFIX, user) };
  for (let user = 0; user < LISTS; user++) yield { op: 'REG', id: listId(user) as UserId };
  for (let user = 0; user < users / 2; user++) yield* listOf(idOf(PREFIX, user), user, SHORT, users);
  for (let user = 0; user < LONG_LISTS; user++) yield* listOf(idOf(LONG_PREFIX, user), user, LONG, users);
}

/** Adds distinct buddies, spread over all users. */
function* listOf(id: UserId, user: number, length: number, users: number): Generator<Change> {
  for (let buddy = 1; buddy <= length; buddy++) {
    yield { op: 'ADD', id, buddy: idOf(PREFIX, (user * STRIDE + buddy * STEP) % users) };
  }
}

function idOf(prefix: string, user: number): UserId {
  return parseId(`${prefix}${user}`) as UserId;
}
