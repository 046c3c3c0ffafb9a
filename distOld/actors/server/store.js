/**
 * The store's actor: takes changes one by one and commits them in groups.
 *
 * One group is being made durable; what arrives meanwhile is the next group. So the cost of a sync
 * is shared by all who wait (actors/server/group-pace.ts says when one begins), and nobody is answered before the sync.
 *
 * When this actor ends, whoever still waits in the queue is told 205; the group under way is
 * answered truthfully when it settles; and the next incarnation opens the store only after this
 * one has let go of it.
 */
import { fromBehaviour, } from '../supervision/behaviour.js';
import { GroupPace } from './group-pace.js';
/** Most changes in one group: what one sync makes durable together. */
const MAX_GROUP_CHANGES = 4_096;
/** Most changes that wait for their group. Beyond it the answer is 205 at once. */
const MAX_QUEUED_CHANGES = 65_536;
/** Answers a change that will not be tried: also what the store's mailbox does when it is full. */
export function refuseChange({ replyTo }) {
    replyTo.send({ type: 'change.answered', reply: 205 });
}
/**
 * Actor logic of the store. Make it once per tree: its incarnations take turns with the files.
 *
 * @param openStore Opens the store; a rejection crashes the actor.
 */
export function storeLogic(openStore, log) {
    let previousClosed = Promise.resolve();
    return fromBehaviour((scope) => {
        const opened = previousClosed.then(openStore);
        const actor = new StoreActor(scope, log, opened);
        previousClosed = actor.closed;
        return actor;
    });
}
class StoreActor {
    starting = true;
    /** Resolves when this incarnation has let go of the store. */
    closed;
    #scope;
    #log;
    #store;
    #queue = [];
    #committing = false;
    #pace = new GroupPace();
    /** True while the next turn is waited for. */
    #waitsForTurn = false;
    #ending = false;
    #writable = true;
    #letGo = () => { };
    constructor(scope, log, opened) {
        this.#scope = scope;
        this.#log = log;
        const released = new Promise((resolve) => {
            this.#letGo = resolve;
        });
        const noteFailure = (error) => log.error({ err: error }, 'the store could not be closed');
        this.closed = opened.then(async (store) => {
            scope.self.send({ type: 'store.opened', store });
            await released;
            await store.close().catch(noteFailure);
        }, (error) => scope.fail(error));
    }
    receive(event) {
        switch (event.type) {
            case 'change.commit':
                if (this.#queue.length < MAX_QUEUED_CHANGES)
                    this.#queue.push(event);
                else
                    refuseChange(event);
                return this.#commitNext();
            case 'user.look-up':
                return this.#lookUp(event);
            case 'store.opened':
                this.#store = event.store;
                this.#scope.ready();
                return this.#commitNext();
            case 'group.settled':
                this.#committing = false;
                return this.#commitNext();
            case 'turn.passed':
                this.#waitsForTurn = false;
                return this.#commitNext();
        }
    }
    shutdown() {
        this.#ending = true;
        this.#commitNext();
    }
    release() {
        for (const commit of this.#queue.splice(0))
            refuseChange(commit);
        this.#letGo();
    }
    #lookUp({ id, purpose, replyTo }) {
        const users = this.#store?.users;
        if (users === undefined)
            return;
        const user = users.numberOf(id);
        replyTo.send({ type: 'user.looked-up', user, users, purpose });
    }
    #commitNext() {
        if (this.#store === undefined || this.#committing || this.#waitsForTurn)
            return;
        if (this.#queue.length === 0) {
            if (this.#ending)
                this.#scope.end();
        }
        else if (this.#ending || this.#pace.isDue(this.#queue.length, this.#scope.now())) {
            this.#commit(this.#store, this.#queue.splice(0, MAX_GROUP_CHANGES));
        }
        else {
            this.#waitsForTurn = true;
            this.#scope.sendNextTurn({ type: 'turn.passed' });
        }
    }
    #commit(store, group) {
        this.#committing = true;
        this.#pace.begin(group.length, this.#scope.now());
        store.commit(group.map(({ change }) => change)).then(this.#scope.guard((replies) => {
            for (const [index, { replyTo }] of group.entries()) {
                const reply = replies[index];
                replyTo.send({ type: 'change.answered', reply });
            }
            this.#noteWritable(true);
            this.#scope.self.send({ type: 'group.settled' });
        }), this.#scope.guard((error) => {
            for (const commit of group)
                refuseChange(commit);
            if (error.code !== 'store.unavailable')
                throw error;
            this.#noteWritable(false, error);
            this.#scope.self.send({ type: 'group.settled' });
        }));
    }
    #noteWritable(writable, error) {
        if (writable !== this.#writable) {
            if (writable)
                this.#log.info({}, 'the store can be written again');
            else
                this.#log.error({ err: error }, 'the store cannot be written: changes are answered 205');
        }
        this.#writable = writable;
    }
}
