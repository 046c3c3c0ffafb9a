/**
 * How far long work has come, on one line of a terminal; elsewhere nothing is shown.
 */
/** How often the line changes, in milliseconds. */
const EVERY_MS = 100;
export class Progress {
    #shownAtMs = Number.NEGATIVE_INFINITY;
    #isShown = false;
    /** Shows how far it is. */
    show(text) {
        const now = performance.now();
        if (!process.stderr.isTTY || now - this.#shownAtMs < EVERY_MS)
            return;
        process.stderr.write(`\r${text}\u001b[K`);
        this.#shownAtMs = now;
        this.#isShown = true;
    }
    /** Makes room for something else, or for what comes after. */
    clear() {
        if (this.#isShown)
            process.stderr.write('\r\u001b[K');
        this.#isShown = false;
    }
}
