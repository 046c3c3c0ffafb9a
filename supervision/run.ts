/**
 * Runs a supervisor as the root of an actor system.
 */

import { type Actor, type AnyActorLogic, type AnyActorRef, createActor, type InspectionEvent } from 'xstate';
import { isReady } from './actor-state.js';
import type { ShutdownRequested } from './behaviour.js';
import { guardCallback } from './isolation.js';
import { ensureSupported, inspectedActor } from './xstate-internals.js';

export interface RunOptions<TLogic extends AnyActorLogic> {
  /**
   * Receives every event that the root emits, from the first start on. These include the lifecycle events of
   * the whole tree: see `LifecycleEvent`.
   */
  readonly onEmitted?: (event: Parameters<Parameters<Actor<TLogic>['on']>[1]>[0]) => void;
  /** Receives every inspection event of the system. Inspection slows every actor down. */
  readonly inspect?: (event: InspectionEvent) => void;
}

export interface RunningTree {
  readonly root: AnyActorRef;
  /** Resolves to true when the whole tree is up, or to false when it ended before that. */
  readonly ready: Promise<boolean>;
  /** Resolves when the tree has ended. `error` is set if the tree gave up or could not start. */
  readonly ended: Promise<{ readonly error?: unknown }>;
  /** Asks the tree to end. Its children finish their work and end, in reverse start order. */
  shutdown(): void;
}

/**
 * Starts a tree. This function never throws, and errors in the tree do not reach `uncaughtException`: `ended`
 * reports how the tree ended.
 */
export function run<TLogic extends AnyActorLogic>(
  logic: TLogic,
  { onEmitted, inspect }: RunOptions<TLogic> = {},
): RunningTree {
  const anyLogic: AnyActorLogic = logic;
  const root: AnyActorRef = createActor(anyLogic, {
    id: 'root',
    ...(inspect && { inspect: guarded(inspect) }),
  });
  let end: (how: { readonly error?: unknown }) => void = () => {};
  const ended = new Promise<{ readonly error?: unknown }>((resolve) => {
    end = resolve;
  });
  let isUp: (up: boolean) => void = () => {};
  const up = new Promise<boolean>((resolve) => {
    isUp = resolve;
  });
  try {
    ensureSupported(root);
    if (onEmitted !== undefined) root.on('*', onEmitted);
    root.subscribe({ complete: () => end({}), error: (error: unknown) => end({ error }) });
    root.subscribe({ next: () => isReady(root) && isUp(true), error: () => {} });
    root.start();
  } catch (error) {
    end({ error }); // Unsupported XState version, or invalid logic.
  }
  return {
    root,
    ready: Promise.race([up, ended.then(() => false)]),
    ended,
    shutdown: () => root.send({ type: 'shutdown.requested' } satisfies ShutdownRequested),
  };
}

/** Catches an inspector's errors. The first inspection events arrive before a supervisor can isolate it. */
function guarded(inspect: (event: InspectionEvent) => void): (event: InspectionEvent) => void {
  return (event) => guardCallback('inspector', inspectedActor(event.actorRef), inspect)(event);
}
