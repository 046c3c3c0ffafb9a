/**
 * The databases that servers are measured with.
 */
import { parseId } from '../../protocol/id.js';
import { openTextStore } from '../../storage/text-store.js';
import { LISTS, listId } from './tcp-load.js';
/** How many changes are committed at a time. */
const GROUP = 65_536;
/** Users with long lists, and how long these and all others are. */
export const LONG_LISTS = 100;
const LONG = 200;
const SHORT = 20;
/** What the ids begin with: of users with long lists, and of all others. */
export const LONG_PREFIX = 'long';
export const PREFIX = 'user';
/**
 * Makes a database: users of whom half have {@link SHORT} buddies, by chance among all of them, a few with long
 * lists, and those whose lists are changed.
 */
export async function makeDatabase(directory, users) {
    const store = await openTextStore(directory, { minCompactionBytes: Number.POSITIVE_INFINITY });
    let group = [];
    for (const change of changesFor(users)) {
        group.push(change);
        if (group.length < GROUP)
            continue;
        await store.commit(group);
        group = [];
    }
    await store.commit(group);
    await store.compact();
    await store.close();
}
function* changesFor(users) {
    for (let user = 0; user < users; user++)
        yield { op: 'REG', id: idOf(PREFIX, user) };
    for (let user = 0; user < LONG_LISTS; user++)
        yield { op: 'REG', id: idOf(LONG_PREFIX, user) };
    for (let user = 0; user < LISTS; user++)
        yield { op: 'REG', id: listId(user) };
    for (let user = 0; user < users / 2; user++)
        yield* listOf(idOf(PREFIX, user), user, SHORT, users);
    for (let user = 0; user < LONG_LISTS; user++)
        yield* listOf(idOf(LONG_PREFIX, user), user, LONG, users);
}
/** Different buddies, anywhere among all users, as friends are. */
function* listOf(id, user, length, users) {
    for (let buddy = 1; buddy <= length; buddy++) {
        yield { op: 'ADD', id, buddy: idOf(PREFIX, (user * 7_919 + buddy * 104_729) % users) };
    }
}
function idOf(prefix, user) {
    return parseId(`${prefix}${user}`);
}
