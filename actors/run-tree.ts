/**
 * Runs a supervision tree and logs the lifecycle events of its actors. Both programs use it.
 */

import type { AnyActorLogic } from 'xstate';
import type { BackoffOptions } from '../supervision/backoff.js';
import type { LifecycleEvent } from '../supervision/lifecycle.js';
import { type RunningTree, type RunOptions, run } from '../supervision/run.js';
import type { Log } from './log.js';

/**
 * Back-off of an actor that needs the disk or the network, because their failures may last. With this
 * back-off, an actor that fails at each start is restarted at most ten times in ten seconds. Each supervisor
 * of such actors allows at least ten restarts in this time.
 */
export const RESTART_BACKOFF: BackoffOptions = { minMs: 50, maxMs: 2_000, resetAfterMs: 500 };

export interface RunTreeOptions extends RunOptions<AnyActorLogic> {
  readonly log: Log;
}

/** Starts a tree and logs the lifecycle events of its actors. */
export function runTree(logic: AnyActorLogic, { log, onEmitted, ...options }: RunTreeOptions): RunningTree {
  return run(logic, {
    ...options,
    onEmitted(event) {
      logLifecycle(log, event as LifecycleEvent);
      onEmitted?.(event);
    },
  });
}

function logLifecycle(log: Log, event: LifecycleEvent): void {
  switch (event.type) {
    case 'child.started':
      // Dynamic children are many and short-lived: one log line per request is enough.
      if (!event.dynamic) log.debug({ child: event.id }, 'started');
      break;
    case 'child.ended':
      if (event.reason.kind === 'crashed') log.error({ child: event.id, err: event.reason.error }, 'crashed');
      else if (!event.dynamic) log.debug({ child: event.id, reason: event.reason.kind }, 'ended');
      break;
    case 'child.start-failed':
      // If a static child fails at its first start, the tree ends with an error that reports the failure.
      log[event.dynamic ? 'error' : 'debug']({ child: event.id, err: event.error }, 'could not start');
      break;
    case 'child.restarting':
      log.warn({ child: event.id, attempt: event.attempt }, 'restarting');
      break;
    case 'supervisor.gave-up':
      log.error({ child: event.id, err: event.error }, 'crashed too often: its supervisor gives up');
      break;
    case 'supervisor.shutting-down':
      log.debug({ supervisor: event.supervisor, reason: event.reason }, 'shutting down');
      break;
    case 'message.refused': {
      const { address, reason, message, count } = event;
      // A closed address is normal while a part of the tree ends. A full address shows that its actor was
      // down for too long.
      log[reason === 'full' ? 'warn' : 'debug'](
        { address, reason, type: message, count },
        'messages refused',
      );
      break;
    }
    case 'observer.failed':
      log.error({ actor: event.actor, observer: event.observer, err: event.error }, 'failed');
      break;
  }
}
