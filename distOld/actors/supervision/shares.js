/**
 * Keeps any one kind of children from taking all the room that a dynamic supervisor has.
 *
 * Kinds are counted only while there are so many children that one kind could have too many: to tell what kind a child
 * is may cost more than the child does.
 */
export class Shares {
    #options;
    #children = new Map();
    /** What kind each child is, and how many there are of each; empty while nobody needs to know. */
    #kinds = new Map();
    #counts = new Map();
    constructor(options) {
        this.#options = options;
    }
    /** Whether there may be one more child, which this input makes. */
    admits(input) {
        const { limit, kindOf } = this.#options;
        if (this.#children.size < limit)
            return true;
        if (this.#kinds.size === 0)
            for (const [child, its] of this.#children)
                this.#count(child, its);
        return (this.#counts.get(kindOf(input)) ?? 0) < limit;
    }
    /** Takes note of a child; of one that is known already, it is none. */
    add(child, input) {
        if (this.#children.has(child))
            return;
        this.#children.set(child, input);
        if (this.#kinds.size > 0)
            this.#count(child, input);
    }
    /** Takes note that there is a child no more. */
    remove(child) {
        this.#children.delete(child);
        const kind = this.#kinds.get(child);
        if (kind === undefined)
            return;
        this.#kinds.delete(child);
        this.#counts.set(kind, this.#counts.get(kind) - 1);
        if (this.#counts.get(kind) === 0)
            this.#counts.delete(kind);
        if (this.#children.size > this.#options.limit / 2)
            return;
        this.#kinds.clear();
        this.#counts.clear();
    }
    #count(child, input) {
        const kind = this.#options.kindOf(input);
        this.#kinds.set(child, kind);
        this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    }
}
