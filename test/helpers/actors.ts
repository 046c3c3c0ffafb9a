/**
 * Actors that crash, hang or start slowly on request, and a system that records their lifecycle events.
 */

import {
  type AnyActorLogic,
  type AnyActorRef,
  createActor,
  type EventObject,
  type InspectionEvent,
  SimulatedClock,
} from 'xstate';
import { listChildren } from '../../supervision/administration.js';
import {
  type Behaviour,
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
} from '../../supervision/behaviour.js';
import { type ChildSpec, child } from '../../supervision/child-spec.js';
import { dynamicSupervisor } from '../../supervision/dynamic-supervisor.js';
import type { LifecycleEvent } from '../../supervision/lifecycle.js';
import type { RoomWanted } from '../../supervision/quotas.js';
import type { RestartLimits } from '../../supervision/restart-budget.js';
import { type SupervisorOptions, supervisor } from '../../supervision/supervisor.js';

/** The events that tell a worker what to do. */
export type WorkerEvent =
  | { readonly type: 'crash' }
  | { readonly type: 'finish' }
  | { readonly type: 'note'; readonly text: string }
  | RoomWanted;

export interface WorkerOptions {
  /** Receives a line for each start, note, shutdown request and release, such as `a started`. */
  readonly log: string[];
  /** Whether a start fails. The starts are counted from 1. */
  readonly failsStart?: (start: number) => boolean;
  /** Whether the worker ignores requests to shut down. */
  readonly hangs?: boolean;
  /** Whether the worker becomes ready only on `become.ready`. */
  readonly slow?: boolean;
  /** Whether the worker ends when its supervisor asks it to make room for another child. */
  readonly sparable?: boolean;
}

/** Logic of a worker that can crash, finish, hang or start slowly. */
export function worker(
  name: string,
  { log, failsStart = () => false, hangs = false, slow = false, sparable = false }: WorkerOptions,
): BehaviourLogic<WorkerEvent | { readonly type: 'become.ready' }, undefined> {
  let starts = 0;
  return fromBehaviour((scope) => {
    starts += 1;
    if (failsStart(starts)) throw new Error(`${name} cannot start`);
    log.push(`${name} started`);
    return workerBehaviour(scope, name, { log, hangs, slow, sparable });
  });
}

function workerBehaviour(
  scope: BehaviourScope<WorkerEvent | { readonly type: 'become.ready' }>,
  name: string,
  { log, hangs, slow, sparable }: Required<Omit<WorkerOptions, 'failsStart'>>,
): Behaviour<WorkerEvent | { readonly type: 'become.ready' }> {
  return {
    starting: slow,
    receive(event) {
      if (event.type === 'crash') throw new Error(`${name} crashed`);
      if (event.type === 'finish') scope.end();
      if (event.type === 'room.wanted' && sparable) scope.end();
      if (event.type === 'become.ready') scope.ready();
      if (event.type === 'note') log.push(`${name} got ${event.text}`);
    },
    shutdown() {
      log.push(`${name} asked`);
      if (!hangs) scope.end();
    },
    release: () => log.push(`${name} released`),
  };
}

/** A root actor with a simulated clock, everything that it emits, and its end. */
export interface Watched {
  readonly root: AnyActorRef;
  readonly clock: SimulatedClock;
  readonly emitted: LifecycleEvent[];
  /** The actor that was started most recently under an id. */
  actor(id: string): AnyActorRef;
  readonly ended: { status: 'running' | 'done' | 'error'; error?: unknown };
}

/**
 * Starts logic as a root and records what it emits.
 *
 * @param options.inspect Receives the inspection events of the system.
 * @param options.before Called with the root before it starts.
 */
export function watch(
  logic: AnyActorLogic,
  {
    inspect,
    before,
  }: { inspect?: (event: InspectionEvent) => void; before?: (root: AnyActorRef) => void } = {},
): Watched {
  const clock = new SimulatedClock();
  const options = { id: 'root', clock, ...(inspect && { inspect }) };
  const root: AnyActorRef & { start(): void } = createActor(logic, options);
  before?.(root);
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

/** Limits that no test reaches. */
export const MANY: RestartLimits = { intensity: 1_000, periodMs: 1 };

/** The options of a worker and of its spec. */
export interface FamilyMember extends Omit<WorkerOptions, 'log'>, Omit<ChildSpec, 'id' | 'logic'> {}

export interface Family extends Watched {
  readonly log: string[];
  /** Returns the log so far, and empties it. */
  take(): string[];
}

/** Creates the spec of a worker. */
export function member(id: string, log: string[], options: FamilyMember = {}): ChildSpec {
  const { hangs = false, slow = false, failsStart = () => false, ...spec } = options;
  return child({ id, logic: worker(id, { log, hangs, slow, failsStart }), ...(spec as object) });
}

/** Starts a supervisor of workers that share one log. The keys of `workers` are the workers' names. */
export function family(
  workers: Readonly<Record<string, FamilyMember>>,
  options: Partial<SupervisorOptions> = {},
): Family {
  const log: string[] = [];
  const children = Object.entries(workers).map(([id, options]) => member(id, log, options));
  const watched = watch(supervisor({ strategy: 'one_for_one', children, ...options }));
  return { ...watched, log, take: () => log.splice(0) };
}

/** Crashes actors, one after the other. */
export function crash(...actors: readonly AnyActorRef[]): void {
  for (const actor of actors) actor.send({ type: 'crash' });
}

/**
 * Advances the clock, so that the supervisor carries out a restart that it deferred to the next event-loop
 * iteration.
 */
export function nextTurn({ clock }: Watched): void {
  clock.increment(1);
}

/** The emitted lifecycle events, each as `type id`. For the end of a child, the reason follows. */
export function story({ emitted }: Watched): string[] {
  return emitted.map((event) => {
    const subject = 'id' in event ? event.id : 'reason' in event ? event.reason : event.observer;
    return event.type === 'child.ended'
      ? `${event.type} ${subject} ${event.reason.kind}`
      : `${event.type} ${subject}`;
  });
}

type DynamicOptions = Parameters<typeof dynamicSupervisor>[0];

/** The input of a child of a {@link crowd}. */
export interface CrowdInput extends Omit<WorkerOptions, 'log'> {
  readonly name: string;
}

export interface Crowd extends Family {
  readonly refused: string[];
  /** Starts a child. */
  start(name: string, options?: Omit<CrowdInput, 'name'>): void;
  /** The actor that was started most recently under a name. */
  named(name: string): AnyActorRef;
}

/** Starts a dynamic supervisor of workers that share one log. `named` finds a worker by its name. */
export function crowd(
  template: Partial<DynamicOptions['template']> = {},
  options: Partial<DynamicOptions> = {},
): Crowd {
  const log: string[] = [];
  const refused: string[] = [];
  const named = new Map<string, AnyActorRef>();
  const starts = new Map<string, number>();
  const logic = fromBehaviour<WorkerEvent | { readonly type: 'become.ready' }, CrowdInput>((scope, input) => {
    const { name, failsStart = () => false, hangs = false, slow = false, sparable = false } = input;
    const start = (starts.get(name) ?? 0) + 1;
    starts.set(name, start);
    if (failsStart(start)) throw new Error(`${name} cannot start`);
    named.set(name, scope.self);
    log.push(`${name} started`);
    return workerBehaviour(scope, name, { log, hangs, slow, sparable });
  });
  const watched = watch(
    dynamicSupervisor({
      template: { id: 'child', logic, restart: 'temporary', shutdown: 100, ...template },
      limit: 10,
      refuse: ({ name }: CrowdInput) => refused.push(name),
      ...options,
    }),
  );
  return {
    ...watched,
    log,
    take: () => log.splice(0),
    refused,
    start: (name, more = {}) =>
      watched.root.send({ type: 'child.start', input: { name, ...more } } as EventObject),
    named(name) {
      const actor = named.get(name);
      if (actor === undefined) throw new Error(`'${name}' was never started`);
      return actor;
    },
  };
}

/** Returns a function that reads a promise's value, or `'pending'` if the promise is not settled yet. */
export function settledBy<TValue>(promise: Promise<TValue>): () => Promise<TValue | 'pending'> {
  return () => Promise.race([promise, new Promise<'pending'>((resolve) => setImmediate(resolve, 'pending'))]);
}

/** The actor of the child at an index of the supervisor's list. The actor may not be ready yet. */
export async function listed(root: AnyActorRef, index = 0): Promise<AnyActorRef> {
  const actor = (await listChildren(root))[index]?.actor;
  if (typeof actor !== 'object') throw new Error(`child ${index} has no actor: it is ${actor}`);
  return actor;
}
