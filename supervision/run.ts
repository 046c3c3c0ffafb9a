/**
 * Runs a supervisor as the root of an actor system.
 */

import { type Actor, type AnyActorLogic, type AnyActorRef, createActor, type InspectionEvent } from 'xstate';
import { isReady } from './actor-state.js';
import type { ShutdownRequested } from './behaviour.js';
import { watched } from './isolation.js';
import { ensureSupported, inspectedActor } from './xstate-internals.js';

export interface RunOptions<TLogic extends AnyActorLogic> {
  /** Told of everything that the tree emits, from the first start on: see `LifecycleEvent`. */
  readonly onEmitted?: (event: Parameters<Parameters<Actor<TLogic>['on']>[1]>[0]) => void;
  /** Told of everything that happens in the system; it slows every actor down. */
  readonly inspect?: (event: InspectionEvent) => void;
}

export interface RunningTree {
  readonly root: AnyActorRef;
  /** True when the whole tree is up, false when it ended before. */
  readonly ready: Promise<boolean>;
  /** Resolves when the tree has ended, with the error if it gave up or could not start. */
  readonly ended: Promise<{ readonly error?: unknown }>;
  /** Asks the tree to end; children finish what is under way, in reverse order of start. */
  shutdown(): void;
}

/**
 * Starts a tree. It never throws, and nothing that happens in it reaches `uncaughtException`: how it ended,
 * `ended` tells.
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
    end({ error }); // an XState that is not supported, or a logic that is none
  }
  return {
    root,
    ready: Promise.race([up, ended.then(() => false)]),
    ended,
    shutdown: () => root.send({ type: 'shutdown.requested' } satisfies ShutdownRequested),
  };
}

/** The first events come before there is a supervisor that could contain what an inspector throws. */
function guarded(inspect: (event: InspectionEvent) => void): (event: InspectionEvent) => void {
  return (event) => watched('inspector', inspectedActor(event.actorRef), inspect)(event);
}
