/**
 * Shows the progress of long work on one line of a terminal. Without a terminal it shows nothing.
 */

/** Shortest time between two changes of the line, in milliseconds. */
const REFRESH_MS = 100;

export class Progress {
  #shownAtMs = Number.NEGATIVE_INFINITY;
  #isShown = false;

  /** Shows a text. Does nothing if the line changed less than {@link REFRESH_MS} ago. */
  show(text: string): void {
    const now = performance.now();
    if (!process.stderr.isTTY || now - this.#shownAtMs < REFRESH_MS) return;
    process.stderr.write(`\r${text}\u001b[K`);
    this.#shownAtMs = now;
    this.#isShown = true;
  }

  /** Removes the line. Call this function before other output. */
  clear(): void {
    if (this.#isShown) process.stderr.write('\r\u001b[K');
    this.#isShown = false;
  }
}
