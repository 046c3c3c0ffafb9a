/**
 * The children of a supervisor in their order, and which of them are to be stopped and started next.
 */
export const STRATEGIES = ['one_for_one', 'one_for_all', 'rest_for_one'];
export class Roster {
    /** In the order of their start. */
    children = [];
    #toStop = new Set();
    /** With the time before which it must not start. */
    #toStart = new Map();
    /** Finds a child by its id, or by the actor that it is. */
    find(child) {
        return typeof child === 'string'
            ? this.children.find(({ spec }) => spec.id === child)
            : this.children.find(({ actor, state }) => state !== 'down' && actor === child);
    }
    /** True for a child that has no actor, and is to have none. */
    isDown(child) {
        return child.state === 'down' && !this.#toStart.has(child);
    }
    /** True for a child that was up, crashed or had to go down with another, and is not up again yet. */
    isRestarting(child) {
        if (child.purpose !== 'restart')
            return false;
        return child.state === 'starting' || (child.state === 'down' && this.#toStart.has(child));
    }
    forget(child) {
        this.children.splice(this.children.indexOf(child), 1);
    }
    /** Who goes down with a child that crashed. */
    groupOf(child, strategy) {
        switch (strategy) {
            case 'one_for_one':
                return [child];
            case 'one_for_all':
                return [...this.children];
            case 'rest_for_one':
                return this.children.slice(this.children.indexOf(child));
        }
    }
    // Stopping: the last first.
    stopLater(children) {
        for (const child of children)
            if (child.state === 'up' || child.state === 'starting')
                this.#toStop.add(child);
    }
    isToStop(child) {
        return this.#toStop.has(child);
    }
    /** Takes the next child to be stopped. */
    nextToStop() {
        if (this.#toStop.size === 0)
            return undefined;
        const child = this.children.findLast((other) => this.#toStop.has(other));
        if (child !== undefined)
            this.#toStop.delete(child);
        return child;
    }
    /** It is down already. */
    stopped(child) {
        this.#toStop.delete(child);
    }
    // Starting: the first first.
    /** @param dueAtMs Not before this time; of two times, the later one holds. */
    startLater(child, dueAtMs = Number.NEGATIVE_INFINITY) {
        this.#toStart.set(child, Math.max(this.#toStart.get(child) ?? dueAtMs, dueAtMs));
    }
    isToStart(child) {
        return this.#toStart.has(child);
    }
    /** Takes the next child to be started that may start now. */
    nextToStart(nowMs) {
        if (this.#toStart.size === 0)
            return undefined;
        const isDue = (child) => (this.#toStart.get(child) ?? Number.POSITIVE_INFINITY) <= nowMs;
        const child = this.children.find(isDue);
        if (child !== undefined)
            this.#toStart.delete(child);
        return child;
    }
    /** When the next start is due; `undefined` when there is none. */
    get nextStartMs() {
        return this.#toStart.size === 0 ? undefined : Math.min(...this.#toStart.values());
    }
    /** True while a child has yet to be started for the first time. */
    get hasFirstStarts() {
        return [...this.#toStart.keys()].some(({ purpose }) => purpose === 'first');
    }
    /** It is not to be started after all. */
    dropStart(child) {
        this.#toStart.delete(child);
    }
    /** Nobody is. */
    dropStarts() {
        this.#toStart.clear();
    }
}
