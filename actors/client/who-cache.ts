/**
 * What the server said about the keys of ids. An answer is kept for a minute.
 */

import type { WhoAnswer } from '../../machines/client/who.js';
import type { UserId } from '../../protocol/id.js';

/** How long an answer is reused, in milliseconds. */
const KEPT_MS = 60_000;

/** The maximum number of answers that are kept. */
const MAX_ANSWERS = 1_000;

export class WhoCache {
  readonly #uptime: () => number;
  readonly #answers = new Map<UserId, { readonly answer: WhoAnswer; readonly atMs: number }>();
  readonly #asking = new Map<UserId, Promise<WhoAnswer>>();

  /** @param uptime Monotonic time, in milliseconds. */
  constructor(uptime: () => number) {
    this.#uptime = uptime;
  }

  /** Returns a recent answer if there is one. Otherwise calls `ask`, and rejects as `ask` does. */
  find(id: UserId, ask: () => Promise<WhoAnswer>): Promise<WhoAnswer> {
    const known = this.#answers.get(id);
    if (known !== undefined && this.#uptime() - known.atMs < KEPT_MS) return Promise.resolve(known.answer);
    const asking =
      this.#asking.get(id) ??
      ask()
        .then((answer) => this.#remember(id, answer))
        .finally(() => this.#asking.delete(id));
    this.#asking.set(id, asking);
    return asking;
  }

  forget(id: UserId): void {
    this.#answers.delete(id);
  }

  #remember(id: UserId, answer: WhoAnswer): WhoAnswer {
    this.#answers.delete(id);
    if (answer.says === 'nothing') return answer;
    const [oldest] = this.#answers.keys();
    if (oldest !== undefined && this.#answers.size >= MAX_ANSWERS) this.#answers.delete(oldest);
    this.#answers.set(id, { answer, atMs: this.#uptime() });
    return answer;
  }
}
