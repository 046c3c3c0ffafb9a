/**
 * Two users who call each other in turn, chat for a few lines, leave, and start over. Each user numbers the
 * lines, so that the reader can detect lines that are lost, duplicated or out of order.
 */

import type { UserId } from '../../protocol/id.js';
import type { Tally } from './tally.js';
import { User, type UserOptions } from './user.js';

export type PairOptions = Pick<UserOptions, 'serverPort' | 'random' | 'tally' | 'log'> & {
  readonly ids: readonly [UserId, UserId];
  readonly callPorts: readonly [number, number];
  /** The directories of the users' keys. Without these directories, the users have no keys. */
  readonly dataRoots?: readonly [string, string];
};

/** Checks the numbers that one user reads. */
class Reader {
  #last = 0;
  /**
   * True from the start of a chat until the chat ends or an actor is crashed. While true, no number after the
   * first number of the chat may be missing.
   */
  #isExact = false;
  #isFirst = true;

  chatOpened(): void {
    this.#isExact = true;
    this.#isFirst = true;
  }

  disturbed(): void {
    this.#isExact = false;
  }

  /** Checks the next number, and reports faults to the tally. */
  read(number: number, tally: Tally, who: string): void {
    const last = this.#last;
    const isGap = this.#isExact && !this.#isFirst && number > last + 1;
    if (number === last) tally.blame('duplicate', `${who} read line ${number} twice`);
    else if (number < last) tally.blame('disorder', `${who} read line ${number} after line ${last}`);
    else if (isGap) tally.blame('loss', `${who} read line ${number} after line ${last}, without a crash`);
    this.#last = number;
    this.#isFirst = false;
  }
}

export class Pair {
  readonly name: string;
  readonly hasKeys: boolean;
  readonly users: readonly [User, User];
  /** Time of the last delivered line, in milliseconds since the process started. */
  lastProgressMs = performance.now();
  /** Number of delivered lines. */
  lines = 0;
  readonly #tally: Tally;
  readonly #readers = [new Reader(), new Reader()] as const;
  #caller: 0 | 1 = 0;

  constructor({ ids, callPorts, dataRoots, tally, random, ...shared }: PairOptions) {
    this.#tally = tally;
    this.name = ids.join(' and ');
    this.hasKeys = dataRoots !== undefined;
    const user = (self: 0 | 1, other: 0 | 1) =>
      new User({
        ...shared,
        id: ids[self],
        buddy: ids[other],
        callPort: callPorts[self],
        ...(dataRoots && { dataRoot: dataRoots[self] }),
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

  /** Must be called when an actor of either user is crashed. From then on, lines may be lost. */
  disturbed(): void {
    for (const reader of this.#readers) reader.disturbed();
  }

  /** Returns the time since the last delivered line, and updates the tally's maximum. */
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
