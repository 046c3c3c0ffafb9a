/**
 * What must be true of one user's world, by what the server answered: who is registered, and who is on the
 * user's buddy list, in which order.
 *
 * Only one change is under way at a time, and one that stayed without an answer is asked for again until there
 * is one. So at any time at most one change is in doubt: either it was made, or it was not.
 */
export class Ledger {
    owner;
    #passedOver;
    #registered = new Set();
    #list = [];
    #doubt;
    #wasTried = false;
    /** @param passedOver Somebody whose place on the list nobody minds. */
    constructor(owner, passedOver) {
        this.owner = owner;
        this.#passedOver = passedOver;
    }
    /** Who is registered for certain. */
    get registered() {
        return this.#registered;
    }
    /** Who is on the list, when the change in doubt was not made. */
    get list() {
        return this.#list;
    }
    /** The change that was asked for and not answered. */
    get doubt() {
        return this.#doubt;
    }
    /** To be called before a change is asked for, again or for the first time. */
    begin(entry) {
        this.#wasTried = this.#doubt !== undefined;
        this.#doubt = entry;
    }
    /**
     * Takes the server's answer to the change under way: a reply that says whether it was made. Any other reply, and
     * none, leave it in doubt.
     *
     * @returns What is wrong with the answer, if anything.
     */
    settle(code) {
        const entry = this.#doubt;
        const expected = this.#expected(entry);
        this.#doubt = undefined;
        if (entry.op === 'REG')
            this.#registered.add(entry.id);
        else
            this.#list = applied(entry, this.#list);
        if (expected.includes(code))
            return undefined;
        return `${textOf(entry)} was answered ${code}, where ${expected.join(' or ')} is due`;
    }
    /** What is wrong with the owner's list as somebody else tells it, if anything: who is missing, who is too many. */
    differences(told) {
        if (told === undefined) {
            return this.#registered.has(this.owner) ? [lost(`REG ${this.owner}`, 'is not registered')] : [];
        }
        const list = told.filter((id) => id !== this.#passedOver);
        const mustBe = this.#list;
        const mayBe = this.#doubt === undefined ? mustBe : applied(this.#doubt, mustBe);
        if (isSame(list, mustBe) || isSame(list, mayBe))
            return [];
        const missing = mustBe.filter((id) => !list.includes(id) && mayBe.includes(id));
        const added = list.filter((id) => !mustBe.includes(id) && !mayBe.includes(id));
        const differences = [
            ...missing.map((id) => lost(`ADD ${this.owner} ${id}`, 'is not on the list')),
            ...added.map((id) => lost(`DEL ${this.owner} ${id}`, 'is on the list')),
        ];
        if (differences.length > 0)
            return differences;
        return [{ fault: 'disorder', what: `the list of ${this.owner} is in another order` }];
    }
    #expected({ op, id, buddy }) {
        if (op === 'DEL')
            return [200];
        const isThere = op === 'REG' ? this.#registered.has(id) : this.#list.includes(buddy);
        const [fresh, repeated] = op === 'REG' ? [200, 203] : [200, 201];
        if (isThere)
            return [repeated];
        return this.#wasTried ? [fresh, repeated] : [fresh];
    }
}
/** The request's line without its end. */
export function textOf({ op, id, buddy }) {
    return [op, id, buddy].filter((token) => token !== undefined).join(' ');
}
function lost(change, outcome) {
    return { fault: 'loss', what: `${change} was acknowledged, and ${outcome}` };
}
function applied({ op, buddy }, list) {
    if (op === 'REG' || buddy === undefined)
        return list;
    const others = list.filter((id) => id !== buddy);
    if (op === 'DEL')
        return others;
    return list.includes(buddy) ? list : [...list, buddy];
}
function isSame(one, other) {
    return one.length === other.length && one.every((id, index) => id === other[index]);
}
