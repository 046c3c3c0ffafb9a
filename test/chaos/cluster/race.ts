/**
 * Several clients register one id at the same time, at all servers. Exactly one of the clients may get 200.
 */

import type { UserId } from '../../../protocol/id.js';
import type { Random } from '../../helpers/random.js';
import type { Difference } from '../ledger.js';
import { pause } from '../pause.js';
import type { Tally } from '../tally.js';
import type { Wire } from '../wire.js';
import type { Claim } from './log-verdict.js';

/** Pause before an unanswered request is sent again, in milliseconds. */
const RETRY_MS = 20;

/** Longest pause between two races, in milliseconds. */
const PAUSE_MS = 400;

/** The replies to the racers for one id. */
export class Race {
  readonly id: UserId;
  #winners = 0;
  #isUncertain = false;

  constructor(id: UserId) {
    this.id = id;
  }

  /** Records a reply, or `undefined` if there was none. */
  record(code: number | undefined): void {
    if (code === 200) this.#winners += 1;
    // This request may have registered the id.
    if (code === undefined || code === 205) this.#isUncertain = true;
  }

  /** Returns what is wrong with the replies. Each racer must have got 200 or 203. */
  differences(): Difference[] {
    if (this.#winners > 1) {
      return [{ fault: 'duplicate', what: `${this.#winners} racers got 200 for REG ${this.id}` }];
    }
    if (this.#winners === 1 || this.#isUncertain) return [];
    return [{ fault: 'stray', what: `all racers got 203 for REG ${this.id}` }];
  }

  /** What the log of the directory must have about this id. */
  get claim(): Claim {
    return { owner: this.id, effects: [`REG ${this.id}`] };
  }
}

export interface RaceOptions {
  readonly random: Random;
  readonly tally: Tally;
  readonly stop: AbortSignal;
  /** Also aborts the race that is in progress. */
  readonly cut: AbortSignal;
}

/** Holds races, one after the other, until `stop` is aborted, and adds them to `races`. */
export async function holdRaces(
  wires: readonly Wire[],
  races: Race[],
  { random, tally, stop, cut }: RaceOptions,
): Promise<void> {
  while (!stop.aborted) {
    const race = new Race(`race${races.length}` as UserId);
    races.push(race);
    await Promise.all(wires.map((wire) => runRacer(race, wire, cut)));
    if (cut.aborted) return;
    for (const { fault, what } of race.differences()) tally.blame(fault, what);
    await pause(random.between(0, PAUSE_MS), stop);
  }
}

async function runRacer(race: Race, wire: Wire, cut: AbortSignal): Promise<void> {
  while (!cut.aborted) {
    const code = await wire.request(`REG ${race.id}`);
    race.record(code);
    if (code === 200 || code === 203) return;
    await pause(RETRY_MS, cut);
  }
}
