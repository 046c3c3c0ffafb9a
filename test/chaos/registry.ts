/**
 * The live actors of one tree. The saboteur picks the actors to crash from this registry, and the registry
 * detects orphans and duplicates.
 *
 * The supervisors' lifecycle events identify their children. XState's inspection events add all other actors,
 * such as mailboxes and the requests that a machine invoked.
 */

import type { AnyActorRef, InspectionEvent } from 'xstate';
import type { LifecycleEvent } from '../../supervision/lifecycle.js';
import { rootCause } from '../../supervision/supervisor-error.js';
import { count, type Tally } from './tally.js';

/** The error of an injected crash. Any other error is a bug. */
export class InjectedCrash extends Error {
  override readonly name = 'InjectedCrash';
}

export class Registry {
  readonly #tree: string;
  readonly #tally: Tally;
  /** Every created actor, until the audit finds that it has ended. */
  readonly #made = new Set<AnyActorRef>();
  /** The current actor of each static child. */
  readonly #only = new Map<string, AnyActorRef>();
  /** Dynamic children, by kind. */
  readonly #many = new Map<string, Set<AnyActorRef>>();

  constructor(tree: string, tally: Tally) {
    this.#tree = tree;
    this.#tally = tally;
  }

  /** For the tree's `onEmitted`. */
  readonly onEmitted = (event: LifecycleEvent): void => {
    switch (event.type) {
      case 'child.started':
        if (event.dynamic) this.#kind(kindOf(event.id)).add(event.actor);
        else this.#startedOnly(event.id, event.actor);
        break;
      case 'child.ended':
        if (event.dynamic) this.#kind(kindOf(event.id)).delete(event.actor);
        if (event.reason.kind === 'crashed') this.#crashed(event.id, event.reason.error);
        break;
      case 'child.start-failed':
        this.#blame('crash', `${event.id} could not start: ${event.error}`);
        break;
      case 'supervisor.gave-up':
        this.#blame('give-up', `${event.supervisor} gave up restarting ${event.id}: ${event.error}`);
        break;
      case 'observer.failed':
        this.#blame('crash', `the ${event.observer} of ${event.actor} threw: ${event.error}`);
        break;
    }
  };

  /** For the tree's `inspect`. */
  readonly inspect = (event: InspectionEvent): void => {
    if (event.type === '@xstate.actor') this.#made.add(event.actorRef as AnyActorRef);
  };

  /** The live actors of a kind. */
  live(kind: string): AnyActorRef[] {
    const only = this.#only.get(kind);
    const actors = only === undefined ? [...this.#kind(kind)] : [only];
    return actors.filter(isActive);
  }

  /** The static children without a live actor. */
  missing(): string[] {
    return [...this.#only].filter(([, actor]) => !isActive(actor)).map(([id]) => `${this.#tree}'s ${id}`);
  }

  /** Reports actors that run without their parents, and forgets actors that ended. */
  audit(): void {
    for (const actor of this.#made) {
      if (isActive(actor)) {
        if (actor._parent === undefined || isActive(actor._parent)) continue;
        this.#blame('orphan', `${actor.id} runs, and its parent ${actor._parent.id} has ended`);
      }
      this.#made.delete(actor);
    }
    for (const actors of this.#many.values()) {
      for (const actor of actors) if (!isActive(actor)) actors.delete(actor);
    }
  }

  /** Must be called when the tree has ended. Reports actors that still run. */
  auditEnd(): void {
    for (const actor of this.#made) {
      if (isActive(actor)) this.#blame('orphan', `${actor.id} runs, and its tree has ended`);
    }
  }

  #startedOnly(id: string, actor: AnyActorRef): void {
    const previous = this.#only.get(id);
    if (previous !== undefined) count(this.#tally.restarts, id);
    if (previous !== undefined && isActive(previous)) this.#blame('duplicate', `there are two of ${id}`);
    this.#only.set(id, actor);
  }

  #crashed(id: string, error: unknown): void {
    if (rootCause(error) instanceof InjectedCrash) return;
    this.#blame('crash', `${id} crashed by itself: ${withOrigin(error)}`);
  }

  #kind(kind: string): Set<AnyActorRef> {
    const actors = this.#many.get(kind) ?? new Set();
    this.#many.set(kind, actors);
    return actors;
  }

  #blame(fault: Parameters<Tally['blame']>[0], what: string): void {
    this.#tally.blame(fault, `${this.#tree}: ${what}`);
  }
}

/** An error and the place where it was thrown, in one line. */
function withOrigin(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, origin = ''] = error.stack?.match(/\n\s*(at .*)/) ?? [];
  return `${error} ${origin}`;
}

function isActive(actor: AnyActorRef): boolean {
  // An actor has no snapshot while it is being created.
  return actor.getSnapshot()?.status === 'active';
}

function kindOf(actorId: string): string {
  return actorId.split(':')[0] ?? '';
}
