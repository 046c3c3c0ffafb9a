/**
 * Taking over users and lists from elsewhere.
 *
 * They are registered and added as if somebody asked for it, in groups, each of which is durable before the next. So
 * an import that was interrupted is simply done again: what is there already is passed over.
 */
import { parseId } from '../protocol/id.js';
import { MAX_BUDDIES } from './store.js';
/** How many changes are made durable together. */
const GROUP_CHANGES = 8_192;
/**
 * Takes over users and then, when all of them are known, their lists.
 *
 * @throws StoreError when the store cannot be written; what was reported until then is durable.
 */
export async function importUsers(store, readUsers, { onSkip, onProgress }) {
    const report = { users: 0, usersBefore: 0, buddies: 0, buddiesBefore: 0, skipped: 0 };
    const skip = (at, reason) => {
        report.skipped += 1;
        onSkip(at, reason);
    };
    const registrations = new Group(store, async (replies) => {
        for (const { reply, at } of replies) {
            if (reply === 200)
                report.users += 1;
            else if (reply === 203)
                report.usersBefore += 1;
            else
                skip(at, 'there is no room for one more user');
        }
        onProgress('users', report.users + report.usersBefore);
    });
    await readUsers(async (users) => {
        for (const { id: token, at } of users) {
            const id = parseId(token);
            if (id === undefined)
                skip(at, `'${token}' is no id`);
            else
                await registrations.add({ op: 'REG', id }, at);
        }
    }, skip);
    await registrations.finish();
    const additions = new Group(store, async (replies) => {
        for (const { change, reply, at } of replies) {
            const reason = reply === 200 ? undefined : whyNot(store, change);
            if (reply === 200)
                report.buddies += 1;
            else if (reason === undefined)
                report.buddiesBefore += 1;
            else
                skip(at, reason);
        }
        onProgress('buddies', report.buddies + report.buddiesBefore);
    });
    await readUsers(async (users) => {
        for (const { id: token, buddies, at } of users) {
            const id = parseId(token);
            if (id === undefined)
                continue;
            for (const other of buddies) {
                const buddy = parseId(other);
                if (buddy === undefined)
                    skip(at, `'${other}' is no id`);
                else
                    await additions.add({ op: 'ADD', id, buddy }, at);
            }
        }
    }, () => { });
    await additions.finish();
    return report;
}
/** Why a buddy is not added; `undefined` when it is on the list already. */
function whyNot(store, change) {
    const { id, buddy } = change;
    if (buddy === id)
        return `'${buddy}' is the user, and nobody's own buddy`;
    if (store.users.buddiesOf(buddy) === undefined)
        return `'${buddy}' is nobody's id`;
    const list = store.users.buddiesOf(id);
    if (list?.includes(buddy))
        return undefined;
    return `'${buddy}' would be one more than the ${MAX_BUDDIES} that a list has room for`;
}
/** Changes that wait to be made durable together. */
class Group {
    #store;
    #onReplies;
    #waiting = [];
    constructor(store, onReplies) {
        this.#store = store;
        this.#onReplies = onReplies;
    }
    async add(change, at) {
        this.#waiting.push({ change, at });
        if (this.#waiting.length === GROUP_CHANGES)
            await this.finish();
    }
    async finish() {
        const group = this.#waiting;
        this.#waiting = [];
        const replies = await this.#store.commit(group.map(({ change }) => change));
        await this.#onReplies(group.map((each, index) => ({ ...each, reply: replies[index] })));
    }
}
