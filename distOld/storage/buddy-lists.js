/**
 * A list of numbers for each user, in blocks of large pages outside of JavaScript's heap.
 *
 * A block has room for a power of two, the least that holds the list; so a list's length tells how large its block
 * is. What is in a block stays as it is: a list grows at its end as long as there is room, and every other change
 * goes to another block. So whoever remembers a block and a length has a list as it was, while the blocks that are
 * left are {@link BuddyLists.keep kept}.
 */
import { Column } from './column.js';
/** Numbers in a page; a block is never larger. */
const PAGE_BITS = 18;
const PAGE_LENGTH = 1 << PAGE_BITS;
/** What 32 bits reach, but for the page that is being filled. */
const MAX_PLACES = 2 ** 32 - PAGE_LENGTH;
export class BuddyLists {
    #pages = [];
    /** Where the part of the pages begins that was never used. */
    #end = 0;
    /** Blocks that are free, by their room. */
    #free = new Map();
    #starts = new Column(Uint32Array);
    #lengths = new Column(Uint16Array);
    #kept;
    /** True when no more pages can be reached. */
    get isFull() {
        return this.#end >= MAX_PLACES;
    }
    placeOf(user) {
        return { start: this.#starts.get(user), length: this.#lengths.get(user) };
    }
    /** The numbers on a list, as they are at this moment. */
    listOf(user) {
        return this.#numbersAt(this.placeOf(user));
    }
    /** The number at a place. */
    read(place) {
        return this.#pageOf(place)[place & (PAGE_LENGTH - 1)];
    }
    /** Where a buddy is on a list, counted from 0, or -1. */
    positionOf(user, buddy) {
        const length = this.#lengths.get(user);
        if (length === 0)
            return -1;
        const start = this.#starts.get(user);
        const page = this.#pageOf(start);
        const at = start & (PAGE_LENGTH - 1);
        for (let position = 0; position < length; position++)
            if (page[at + position] === buddy)
                return position;
        return -1;
    }
    /** Gives a user who has no list the first `length` of these numbers. */
    set(user, numbers, length) {
        if (length === 0)
            return;
        const start = this.#take(roomFor(length));
        const page = this.#pageOf(start);
        const at = start & (PAGE_LENGTH - 1);
        for (let position = 0; position < length; position++)
            page[at + position] = numbers[position];
        this.#starts.set(user, start);
        this.#lengths.set(user, length);
    }
    insert(user, position, buddy) {
        const { start, length } = this.placeOf(user);
        if (position === length && length < roomFor(length)) {
            this.#pageOf(start)[(start + length) & (PAGE_LENGTH - 1)] = buddy;
            this.#lengths.set(user, length + 1);
        }
        else {
            this.#replace(user, position, position, [buddy]);
        }
    }
    remove(user, position) {
        this.#replace(user, position, position + 1, []);
    }
    /** From now on, what is in blocks that lists leave is kept. */
    keep() {
        this.#kept = [];
    }
    /** What was kept is needed no more. */
    letGo() {
        const kept = this.#kept ?? [];
        this.#kept = undefined;
        for (const place of kept)
            this.#release(place);
    }
    /** Puts what is from one position up to another by something else, in a new block. */
    #replace(user, from, to, between) {
        const old = this.placeOf(user);
        const numbers = this.#numbersAt(old);
        const length = old.length - (to - from) + between.length;
        const start = length === 0 ? 0 : this.#take(roomFor(length));
        const block = this.#numbersAt({ start, length });
        block.set(numbers.subarray(0, from));
        block.set(between, from);
        block.set(numbers.subarray(to), from + between.length);
        this.#starts.set(user, start);
        this.#lengths.set(user, length);
        this.#release(old);
    }
    #numbersAt({ start, length }) {
        if (length === 0)
            return NONE;
        const at = start & (PAGE_LENGTH - 1);
        return this.#pageOf(start).subarray(at, at + length);
    }
    #pageOf(place) {
        return this.#pages[place >>> PAGE_BITS];
    }
    #take(room) {
        const free = this.#free.get(room)?.pop();
        if (free !== undefined)
            return free;
        // No block is cut in two by the end of a page.
        const left = PAGE_LENGTH - (this.#end % PAGE_LENGTH);
        const start = room > left ? this.#end + left : this.#end;
        this.#end = start + room;
        if (this.#pages.length * PAGE_LENGTH < this.#end)
            this.#pages.push(new Uint32Array(PAGE_LENGTH));
        return start;
    }
    #release(place) {
        if (place.length === 0)
            return;
        if (this.#kept !== undefined) {
            this.#kept.push(place);
            return;
        }
        const room = roomFor(place.length);
        const free = this.#free.get(room);
        if (free === undefined)
            this.#free.set(room, [place.start]);
        else
            free.push(place.start);
    }
}
const NONE = new Uint32Array(0);
/** How many numbers the block of a list has room for. */
function roomFor(length) {
    return length === 0 ? 0 : 1 << (32 - Math.clz32(length - 1));
}
