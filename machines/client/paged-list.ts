/**
 * A buddy list that comes in several sealed (encrypted) answers. Each answer has a part of the list, and the
 * number of all buddies. The client asks for the next part until it has the whole list.
 */

import type { Buddy, BuddyList } from '../../protocol/buddy-list.js';
import type { BuddyListPage } from '../../protocol/sealed-datagram.js';

/** The maximum number of buddies to collect. If the server has more, the client does not ask for them. */
export const MAX_COLLECTED_BUDDIES = 100_000;

export class PagedList {
  #buddies: Buddy[] = [];
  /** The counter of the last question. Only the answer to that question is used. */
  #question: number | undefined;

  /** How many buddies are collected: the offset of the next question. */
  get offset(): number {
    return this.#buddies.length;
  }

  /** Forgets the collected buddies. The next question begins with the first buddy. */
  restart(): void {
    this.#buddies = [];
    this.#question = undefined;
  }

  /**
   * Records that the client has sent a question for the buddies from {@link offset} on. `question` is the
   * counter of that question.
   */
  asked(question: number): void {
    this.#question = question;
  }

  /**
   * Adds the buddies of an answer.
   *
   * @returns The whole list; `more` if another question is due; `stale` if this is the answer to an older
   * question. A stale answer is ignored.
   */
  accept({ question, offset, total, buddies }: BuddyListPage): BuddyList | 'more' | 'stale' {
    if (question !== this.#question || offset !== this.offset) return 'stale';
    this.#question = undefined;
    this.#buddies.push(...buddies);
    const isWhole = this.offset >= total;
    // If this answer has no buddy, the next answer would have none either, so do not ask again.
    if (!isWhole && buddies.length > 0 && this.offset < MAX_COLLECTED_BUDDIES) return 'more';
    const list = this.#buddies;
    this.restart();
    return isWhole ? list : Object.assign(list, { mayBeCut: true as const });
  }
}
