/**
 * Detects what escapes from a tree: errors that reach the process, and actors that outlive their parents.
 */

import { setImmediate, setTimeout } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { type AnyActorLogic, type AnyActorRef, assign, createMachine, fromCallback } from 'xstate';
import { listChildren } from '../../supervision/administration.js';
import type { ChildSpec } from '../../supervision/child-spec.js';
import type { LifecycleEvent } from '../../supervision/lifecycle.js';
import { supervisor } from '../../supervision/supervisor.js';
import { MANY, member, type Watched, watch } from './actors.js';

const PROCESS_EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Runs a scenario.
 *
 * @returns The errors that reached the process during the scenario and in the next two event-loop iterations.
 */
export async function escapesOf(scenario: () => void | Promise<void>): Promise<unknown[]> {
  const escaped: unknown[] = [];
  const catchIt = (error: unknown) => escaped.push(error);
  const before = PROCESS_EVENTS.map((type) => [type, process.rawListeners(type as 'exit')] as const);
  for (const type of PROCESS_EVENTS) process.removeAllListeners(type).on(type, catchIt);
  try {
    await scenario();
    // XState reports errors to the process from a timer.
    for (let iteration = 0; iteration < 2; iteration++) {
      await setTimeout(0);
      await setImmediate();
    }
  } finally {
    for (const [type, listeners] of before) {
      process.removeAllListeners(type);
      for (const listener of listeners) process.on(type, listener as () => void);
    }
  }
  return escaped;
}

/** A test that also fails if an error reaches the process. Runs alone, because tests share one process. */
export function contained(title: string, body: (t: ExecutionContext) => void | Promise<void>): void {
  test.serial(title, async (t) => t.deepEqual(await escapesOf(() => body(t)), []));
}

export interface Scene extends Watched {
  readonly log: string[];
  /** Every actor created so far. */
  readonly actors: AnyActorRef[];
}

/** Starts a supervisor of two children: `bad` with the given logic, and a worker `good`. */
export function scene(logic: AnyActorLogic, spec: Partial<ChildSpec> = {}): Scene {
  const log: string[] = [];
  const actors: AnyActorRef[] = [];
  const children = [{ id: 'bad', logic, ...spec }, member('good', log)];
  const tree = watch(supervisor({ strategy: 'one_for_one', limits: MANY, children }), {
    inspect: ({ type, actorRef }) => {
      if (type === '@xstate.actor') actors.push(actorRef as AnyActorRef);
    },
  });
  return { ...tree, log, actors };
}

export function isRunning(actor: AnyActorRef): boolean {
  return (actor as unknown as { readonly _processingStatus: number })._processingStatus === 1;
}

/** The ids of running actors whose parent does not run. */
export function orphansIn({ actors }: Scene): string[] {
  return actors
    .filter((actor) => isRunning(actor) && actor._parent !== undefined && !isRunning(actor._parent))
    .map(({ id }) => id);
}

/** Asserts that the supervisor and the worker `good` still respond. */
export async function goesOn(t: ExecutionContext, tree: Scene): Promise<void> {
  t.is(tree.ended.status, 'running');
  tree.actor('good').send({ type: 'note', text: 'on' });
  t.is(tree.log.at(-1), 'good got on');
  t.is((await listChildren(tree.root))[1]?.actor, tree.actor('good'));
  t.deepEqual(orphansIn(tree), []);
}

/** The reported errors of observers, each as `observer actor: message`. */
export function observers({ emitted }: { readonly emitted: readonly LifecycleEvent[] }): string[] {
  return emitted.flatMap((event) =>
    event.type === 'observer.failed'
      ? [`${event.observer} ${event.actor.replace(/:.*/, '')}: ${(event.error as Error).message}`]
      : [],
  );
}

export const boom = (): never => {
  throw new Error('boom');
};

/** Part of a machine's config. With this part, the machine crashes at the event `crash`. */
export const crashable = { on: { crash: { actions: boom } } };

/** A callback that writes its start and its clean-up to a log. */
export function callback(name: string, log: string[]) {
  return fromCallback(() => {
    log.push(`${name} started`);
    return () => log.push(`${name} released`);
  });
}

/** A machine that crashes, with an invoked and a spawned child, and a grandchild of each kind. */
export function ancestor(log: string[], config: object = crashable) {
  const parent = (name: string) =>
    createMachine({
      invoke: { src: callback(`${name} invoked`, log) },
      entry: assign({ child: ({ spawn }) => spawn(callback(`${name} spawned`, log)) }),
    });
  return createMachine({
    invoke: { src: parent('a') },
    entry: assign({ child: ({ spawn }) => spawn(parent('b')) }),
    ...config,
  });
}
