/**
 * Crashes random actors of every kind, half of them right after a request was sent. The rate of crashes stays
 * within the restart limits of each supervisor.
 */

import type { AnyActorRef } from 'xstate';
import { RestartBudget, type RestartLimits } from '../../supervision/restart-budget.js';
import type { Random } from '../helpers/random.js';
import type { Bag } from './bag.js';
import { iterations, pause, type Work } from './pause.js';
import { InjectedCrash, type Registry } from './registry.js';
import { count, type Tally } from './tally.js';

/** The used fraction of a supervisor's intensity. The rest is for restarts that take several attempts. */
const USED_INTENSITY = 0.8;

/** Stretches the period by this factor: a supervisor counts a crash shortly after its injection. */
const PERIOD_STRETCH = 1.1;

/** Speed-up of the first crash of each kind, so that a short run includes all kinds. */
const FIRST_ROUND_HASTE = 4;

/** Fewer than this many event-loop iterations pass between a request and a crash. */
const MAX_ITERATIONS = 4;

/** A set of actors to crash: the children of one supervisor. */
export interface Site {
  readonly registry: Registry;
  /** The kinds of children. The same supervisors of several clients share one bag. */
  readonly kinds: Bag<string>;
  /** The supervisor's restart limits, or the crash interval if it does not restart these children. */
  readonly pace: RestartLimits | { readonly everyMs: number };
  /** Announces requests to these actors. */
  readonly work: Work;
  readonly onCrash?: () => void;
}

/** Crashes children of one supervisor until `stop` is aborted. */
export async function sabotage(site: Site, random: Random, tally: Tally, stop: AbortSignal): Promise<void> {
  const { kinds, pace, registry, work } = site;
  const budget = 'everyMs' in pace ? undefined : new RestartBudget(withMargin(pace));
  const everyMs = 'everyMs' in pace ? pace.everyMs : pace.periodMs / (pace.intensity * USED_INTENSITY);
  while (!stop.aborted) {
    const haste = kinds.rounds === 1 ? FIRST_ROUND_HASTE : 1;
    await pause((everyMs * random.between(0.5, 1.5)) / haste, stop);
    if (random.chance(0.5)) {
      await work.next(stop);
      await iterations(random.below(MAX_ITERATIONS));
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
 * Crashes an actor as a bug in it would. A behaviour gets a failure event. A machine gets an event whose
 * field throws when it is read; the machine reads that field in every state.
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
