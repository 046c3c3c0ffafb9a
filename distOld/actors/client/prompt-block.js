/**
 * The rows at the bottom of the screen in which a prompt lives: drawn, erased, redrawn.
 *
 * It knows where the cursor is by laying out the text as the terminal does, so a text of several
 * rows leaves no ghost rows behind.
 */
import { placeAfter } from './layout.js';
const ESC = '\u001b[';
const ERASE_BELOW = `${ESC}J`;
export class PromptBlock {
    #screen;
    #cursor = { row: 0, column: 0 };
    #before = '';
    constructor(screen) {
        this.#screen = screen;
    }
    /** Draws `before` and `after` with the cursor between them, in place of what was drawn last. */
    draw(before, after) {
        const cursor = placeAfter(before, this.#screen.columns);
        const end = placeAfter(before + after, this.#screen.columns);
        // A row that is exactly full leaves the cursor hanging at its edge: push it over.
        const push = end.column === 0 && end.row > 0 ? '\r\n' : '';
        this.#screen.write(this.#eraseCodes() + before + after + push + move(end, cursor));
        this.#cursor = cursor;
        this.#before = before;
    }
    /** Erases the block; what is written next stands in its place. */
    erase() {
        this.#screen.write(this.#eraseCodes());
        this.forget();
    }
    /** Leaves the block as it is; what is written next stands where the cursor is. */
    forget() {
        this.#cursor = { row: 0, column: 0 };
        this.#before = '';
    }
    /** Takes note that the terminal has another width now, and has wrapped its rows anew. */
    resized() {
        this.#cursor = placeAfter(this.#before, this.#screen.columns);
    }
    #eraseCodes() {
        return `${this.#cursor.row > 0 ? `${ESC}${this.#cursor.row}A` : ''}\r${ERASE_BELOW}`;
    }
}
function move(from, to) {
    const up = from.row - to.row;
    return `${up > 0 ? `${ESC}${up}A` : ''}\r${to.column > 0 ? `${ESC}${to.column}C` : ''}`;
}
