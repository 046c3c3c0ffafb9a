/**
 * Who crashes what, and how often: random actors of every kind, half of them right after a request was sent,
 * and never more often than their supervisor must bear.
 */

import type { AnyActorRef } from 'xstate';
import { RestartBudget, type RestartLimits } from '../../supervision/restart-budget.js';
import type { Random } from '../helpers/random.js';
import type { Bag } from './bag.js';
import { pause, turns, type Work } from './pause.js';
import { InjectedCrash, type Registry } from './registry.js';
import { count, type Tally } from './tally.js';

/** The part of a supervisor's intensity that is used: a restart may take more than one attempt. */
const USED_INTENSITY = 0.8;

/** By how much the period is stretched: a supervisor counts a crash a little later than it was made. */
const PERIOD_STRETCH = 1.1;

/** How much faster the first crash of each kind comes, so that a short run has them all. */
const FIRST_ROUND_HASTE = 4;

/** Most turns of the event loop between a request and the crash in the midst of it. */
const MAX_TURNS = 4;

/** A place in a tree where actors are crashed: the children of one supervisor. */
export interface Site {
  readonly registry: Registry;
  /** The kinds of children, shared by sites that are alike. */
  readonly kinds: Bag<string>;
  /** Of the supervisor, or how often to crash one of its children where it need not restart them. */
  readonly pace: RestartLimits | { readonly everyMs: number };
  /** Where those who use these actors say that they asked for something. */
  readonly work: Work;
  readonly onCrash?: () => void;
}

/** Crashes children of one supervisor until `stop` says that it is enough. */
export async function sabotage(site: Site, random: Random, tally: Tally, stop: AbortSignal): Promise<void> {
  const { kinds, pace, registry, work } = site;
  const budget = 'everyMs' in pace ? undefined : new RestartBudget(withMargin(pace));
  const everyMs = 'everyMs' in pace ? pace.everyMs : pace.periodMs / (pace.intensity * USED_INTENSITY);
  while (!stop.aborted) {
    const haste = kinds.rounds === 1 ? FIRST_ROUND_HASTE : 1;
    await pause((everyMs * random.between(0.5, 1.5)) / haste, stop);
    if (random.chance(0.5)) {
      await work.next(stop);
      await turns(random.below(MAX_TURNS));
    }
    if (stop.aborted) return;
    if (budget !== undefined && budget.spend(performance.now()) === undefined) continue;
    const kind = kinds.draw(random, (candidate) => registry.live(candidate).length > 0);
    if (kind === undefined) continue;
    site.onCrash?.();
    count(tally.crashes, kind);
    crash(random.pick(registry.live(kind)));
  }
}

function withMargin({ intensity, periodMs }: RestartLimits): RestartLimits {
  return { intensity: Math.floor(intensity * USED_INTENSITY), periodMs: periodMs * PERIOD_STRETCH };
}

/**
 * As a bug in the actor would: a behaviour fails, a machine breaks over an event that it reads in every
 * state.
 */
function crash(actor: AnyActorRef): void {
  const error = new InjectedCrash('injected');
  const unreadable = () => {
    throw error;
  };
  const poison = isMachine(actor)
    ? Object.defineProperty({ type: 'buddies.received' }, 'buddies', { get: unreadable })
    : { type: 'behaviour.failed', error };
  actor.send(poison as never);
}

function isMachine(actor: AnyActorRef): boolean {
  return 'machine' in actor.getSnapshot();
}
