/**
 * The rules of part 1.1 of the protocol, as naive as they read, for stores to be compared with.
 */
import { KNOWN_IDS } from './changes.js';
/** Answers one change, and makes it. Knows no limits. */
export function decide(model, change) {
    const list = model.get(change.id);
    if (change.op === 'REG') {
        if (list !== undefined)
            return 203;
        model.set(change.id, []);
        return 200;
    }
    const { op, id, buddy } = change;
    if (list === undefined)
        return 202;
    if (buddy === undefined)
        return 201;
    if (!model.has(buddy))
        return 202;
    if (buddy === id)
        return 201;
    const at = list.indexOf(buddy);
    if (op === 'ADD' && at !== -1)
        return 201;
    if (op === 'ADD')
        list.push(buddy);
    else if (at !== -1)
        list.splice(at, 1);
    return 200;
}
/** The model after some changes, from nothing. */
export function modelAfter(changes) {
    const model = new Map();
    for (const change of changes)
        decide(model, change);
    return model;
}
/** What a model holds for some ids. The lists are copies. */
export function stateOfModel(model, ids = KNOWN_IDS) {
    return ids.map((id) => [id, model.get(id)?.slice()]);
}
/** What a store holds for some ids. */
export async function stateOf(store, ids = KNOWN_IDS) {
    return Promise.all(ids.map(async (id) => [id, store.users.buddiesOf(id)]));
}
