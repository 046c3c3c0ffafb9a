/**
 * Two users who call each other in turn, chat for a few lines, leave, and begin again. What either writes is
 * numbered, so that the other can tell what was lost, came twice or out of order.
 */

import type { UserId } from '../../protocol/id.js';
import type { Tally } from './tally.js';
import { User, type UserOptions } from './user.js';

type PairOptions = Pick<UserOptions, 'serverPort' | 'random' | 'tally' | 'log'> & {
  readonly ids: readonly [UserId, UserId];
  readonly callPorts: readonly [number, number];
};

/** The numbers that one user reads. */
class Reader {
  #last = 0;
  /** True from the beginning of a chat to its end, or to the first crash: every number must come. */
  #isExact = false;
  #isFirst = true;

  chatOpened(): void {
    this.#isExact = true;
    this.#isFirst = true;
  }

  disturbed(): void {
    this.#isExact = false;
  }

  /** Takes the next number, and tells what is wrong with it. */
  read(number: number, tally: Tally, who: string): void {
    const last = this.#last;
    const isGap = this.#isExact && !this.#isFirst && number > last + 1;
    if (number === last) tally.blame('duplicate', `${who} read line ${number} twice`);
    else if (number < last) tally.blame('disorder', `${who} read line ${number} after line ${last}`);
    else if (isGap)
      tally.blame('loss', `${who} read line ${number} after line ${last}, and nobody was crashed`);
    this.#last = number;
    this.#isFirst = false;
  }
}

export class Pair {
  readonly name: string;
  readonly users: readonly [User, User];
  /** When a line last got through, in milliseconds since the process began. */
  lastProgressMs = performance.now();
  /** How many lines got through. */
  lines = 0;
  readonly #tally: Tally;
  readonly #readers = [new Reader(), new Reader()] as const;
  #caller: 0 | 1 = 0;

  constructor({ ids, callPorts, tally, random, ...shared }: PairOptions) {
    this.#tally = tally;
    this.name = ids.join(' and ');
    const user = (self: 0 | 1, other: 0 | 1) =>
      new User({
        ...shared,
        id: ids[self],
        buddy: ids[other],
        callPort: callPorts[self],
        random: random.fork(ids[self]),
        tally,
        onNumber: (number) => this.#onNumber(self, number),
        onChatOpened: () => this.#readers[self].chatOpened(),
        onCallOver: (accepted) => {
          this.#caller = other;
          if (accepted) tally.chats += 1;
        },
        isCaller: () => this.#caller === self,
      });
    this.users = [user(0, 1), user(1, 0)];
  }

  /** To be called when an actor of either user is crashed: from then on a line may be lost. */
  disturbed(): void {
    for (const reader of this.#readers) reader.disturbed();
  }

  /** Takes note of how long no line has got through. */
  measureSilence(): number {
    const silenceMs = performance.now() - this.lastProgressMs;
    this.#tally.longestSilenceMs = Math.max(this.#tally.longestSilenceMs, silenceMs);
    return silenceMs;
  }

  #onNumber(reader: 0 | 1, number: number): void {
    this.measureSilence();
    this.lastProgressMs = performance.now();
    this.lines += 1;
    this.#tally.lines += 1;
    this.#readers[reader].read(number, this.#tally, this.users[reader].id);
  }
}
