/**
 * Runs a supervision tree as the root of an actor system: the frame that both programs share.
 */

import { type AnyActorLogic, type AnyActorRef, createActor, type InspectionEvent } from 'xstate';
import type { Log } from './log.js';
import type { ShutdownRequested } from './supervision/behaviour.js';
import { isReady, type LifecycleEvent } from './supervision/child-spec.js';

export interface RunningTree {
  readonly root: AnyActorRef;
  /** True when the whole tree is up, false when it ended before. */
  readonly ready: Promise<boolean>;
  /** Resolves when the tree ended, with the error if it crashed. */
  readonly ended: Promise<{ readonly error?: unknown }>;
  /** Asks the tree to end; children finish what is under way, in reverse order of start. */
  shutdown(): void;
}

export interface RunTreeOptions {
  readonly log: Log;
  /** Told of everything that the tree's actors emit. */
  readonly onEmitted?: (event: { readonly type: string }) => void;
  /** Told of everything that happens in the system. It must not throw. */
  readonly inspect?: (event: InspectionEvent) => void;
}

/** Starts a tree and logs the lives of its actors. */
export function runTree(logic: AnyActorLogic, { log, onEmitted, inspect }: RunTreeOptions): RunningTree {
  const root: AnyActorRef & { start(): void } = createActor(logic, {
    id: 'root',
    ...(inspect && { inspect }),
  });
  root.on('*', (event) => {
    logLifecycle(log, event as LifecycleEvent);
    onEmitted?.(event);
  });
  const ended = new Promise<{ readonly error?: unknown }>((resolve) => {
    root.subscribe({ complete: () => resolve({}), error: (error: unknown) => resolve({ error }) });
  });
  const up = new Promise<boolean>((resolve) => {
    root.subscribe({ next: () => isReady(root) && resolve(true), error: () => {} });
  });
  root.start();
  return {
    root,
    ready: Promise.race([up, ended.then(() => false)]),
    ended,
    shutdown: () => root.send({ type: 'shutdown.requested' } satisfies ShutdownRequested),
  };
}

function logLifecycle(log: Log, event: LifecycleEvent): void {
  switch (event.type) {
    case 'child.started':
      return log.debug({ child: event.id }, 'started');
    case 'child.ended':
      if (event.reason.kind !== 'crashed')
        return log.debug({ child: event.id, reason: event.reason.kind }, 'ended');
      return log.error({ child: event.id, err: event.reason.error }, 'crashed');
    case 'child.restarting':
      return log.warn({ child: event.id, attempt: event.attempt }, 'restarting');
    case 'supervisor.gave-up':
      return log.error({ child: event.id, err: event.error }, 'crashed too often: its supervisor gives up');
  }
}
