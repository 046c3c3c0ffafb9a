/**
 * Actors that behave, and misbehave, on request; and a system to watch them in.
 */

import { type AnyActorLogic, type AnyActorRef, createActor, type EventObject, SimulatedClock } from 'xstate';
import { type BehaviourLogic, fromBehaviour } from '../../actors/supervision/behaviour.js';
import type { LifecycleEvent } from '../../actors/supervision/lifecycle.js';

/** What a worker does when it is told to. */
export type WorkerEvent =
  | { readonly type: 'crash' }
  | { readonly type: 'finish' }
  | { readonly type: 'note'; readonly text: string };

export interface WorkerOptions {
  /** Every start, note and release is appended here, as `name event`. */
  readonly log: string[];
  /** Tells which of its starts, counted from 1, fail. */
  readonly failsStart?: (start: number) => boolean;
  /** Ignores requests to shut down. */
  readonly hangs?: boolean;
  /** Says that it is ready only when it is told `become.ready`. */
  readonly slow?: boolean;
}

/** Logic of a worker that can crash, finish, hang or start slowly. */
export function worker(
  name: string,
  { log, failsStart = () => false, hangs = false, slow = false }: WorkerOptions,
): BehaviourLogic<WorkerEvent | { readonly type: 'become.ready' }, undefined> {
  let starts = 0;
  return fromBehaviour((scope) => {
    starts += 1;
    if (failsStart(starts)) throw new Error(`${name} cannot start`);
    log.push(`${name} started`);
    return {
      starting: slow,
      receive(event) {
        if (event.type === 'crash') throw new Error(`${name} crashed`);
        if (event.type === 'finish') scope.end();
        if (event.type === 'become.ready') scope.ready();
        if (event.type === 'note') log.push(`${name} got ${event.text}`);
      },
      shutdown() {
        log.push(`${name} asked`);
        if (!hangs) scope.end();
      },
      release: () => log.push(`${name} released`),
    };
  });
}

/** A root actor with simulated time, everything it emits, and how it ended. */
export interface Watched {
  readonly root: AnyActorRef;
  readonly clock: SimulatedClock;
  readonly emitted: LifecycleEvent[];
  /** The latest actor that was started under an id. */
  actor(id: string): AnyActorRef;
  readonly ended: { status: 'running' | 'done' | 'error'; error?: unknown };
}

/** Starts logic as a root and watches it. */
export function watch(logic: AnyActorLogic): Watched {
  const clock = new SimulatedClock();
  const root: AnyActorRef & { start(): void } = createActor(logic, { id: 'root', clock });
  const emitted: LifecycleEvent[] = [];
  const actors = new Map<string, AnyActorRef>();
  const ended: Watched['ended'] = { status: 'running' };
  root.on('*', (event: EventObject) => {
    const lifecycle = event as LifecycleEvent;
    emitted.push(lifecycle);
    if (lifecycle.type === 'child.started') actors.set(lifecycle.id, lifecycle.actor);
  });
  root.subscribe({
    complete: () => {
      ended.status = 'done';
    },
    error: (error) => {
      ended.status = 'error';
      ended.error = error;
    },
  });
  root.start();
  return {
    root,
    clock,
    emitted,
    ended,
    actor(id) {
      const actor = actors.get(id);
      if (actor === undefined) throw new Error(`'${id}' was never started`);
      return actor;
    },
  };
}
