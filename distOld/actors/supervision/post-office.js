/**
 * Keeps the mailboxes of a tree, one for each name.
 *
 * A mailbox outlives not only its child but also the supervisor that has the child: when that one crashes and
 * is restarted, its next incarnation finds the mailbox as it was, and whoever holds the address notices
 * nothing. So the mailboxes belong to the topmost supervisor.
 */
import { createActor } from 'xstate';
import { mailboxLogic } from './mailbox.js';
const offices = new WeakMap();
/** The post office of the tree that a supervisor is in; the topmost supervisor opens it. */
export function postOfficeOf(scope) {
    let office;
    for (let actor = scope.self; actor !== undefined; actor = actor._parent) {
        office = offices.get(actor) ?? office;
    }
    if (office === undefined) {
        office = new PostOffice(scope);
        offices.set(scope.self, office);
    }
    return office;
}
export class PostOffice {
    #scope;
    #boxes = new Map();
    /** @param scope The topmost supervisor's. */
    constructor(scope) {
        this.#scope = scope;
    }
    /**
     * Opens the mailbox of a name, or takes up the one that its last owner left.
     *
     * @throws Error when somebody else has it.
     */
    open(name, options, owner) {
        const left = this.#boxes.get(name);
        if (left?.owned)
            throw new Error(`the address '${name}' is taken`);
        if (left !== undefined) {
            left.owned = true;
            left.owner = owner;
            left.actor.send({ type: 'mailbox.adopt', options });
            return left.actor;
        }
        const identity = { parent: this.#scope.self, id: `mailbox:${name}`, systemId: name };
        const actor = createActor(mailboxLogic, { ...identity, input: options }).start();
        this.#boxes.set(name, { actor, owner, owned: true });
        return actor;
    }
    /** Its owner is gone, and may come back: what is sent waits. */
    leave(name) {
        const box = this.#boxes.get(name);
        if (box === undefined)
            return;
        box.owned = false;
        box.actor.send({ type: 'mailbox.detach' });
    }
    /** Nobody will have it again: what waits is refused. */
    close(name) {
        const box = this.#boxes.get(name);
        this.#boxes.delete(name);
        if (box !== undefined)
            this.#scope.stopChild(box.actor);
    }
    /** Closes what was left in a tree that nobody will start again. */
    closeBelow(supervisor) {
        for (const [name, { owned, owner }] of [...this.#boxes]) {
            if (!owned && isBelow(owner, supervisor))
                this.close(name);
        }
    }
    /** Closes all, when the supervisor that opened the office ends. */
    closeFor(supervisor) {
        if (supervisor === this.#scope.self)
            for (const name of [...this.#boxes.keys()])
                this.close(name);
    }
}
function isBelow(actor, ancestor) {
    for (let above = actor; above !== undefined; above = above._parent) {
        if (above === ancestor)
            return true;
    }
    return false;
}
