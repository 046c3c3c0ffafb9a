/**
 * Records what happens in a system between two frames: messages, transitions and lifecycle log entries.
 *
 * A busy system sends many messages of the same kind: same type, same sender, same receiver. In each frame,
 * the first {@link MAX_PER_KIND} messages of a kind are recorded, and the rest are only counted. This limits
 * the memory, and keeps frequent messages from crowding out rare ones.
 */

import type { AnyActorRef, EventObject, InspectionEvent } from 'xstate';
import { chartOf } from '../../actors/chart.js';
import { currentActor } from '../../supervision/current-actor.js';
import { isMailbox } from '../../supervision/mailbox.js';
import { inspectedActor, isMachine, logicOf, transitionsIn } from '../../supervision/xstate-internals.js';
import type { ActorIndex, Identity } from './actor-index.js';
import { stateOf } from './actor-sight.js';
import type { Disclosure } from './disclosure.js';
import type { LifecycleEntry, Message, Transition } from './frame.js';

/** Maximum numbers in one frame: messages of one kind, all messages, transitions, lifecycle log entries. */
const MAX_PER_KIND = 10;
const MAX_MESSAGES = 200;
const MAX_TRANSITIONS = 200;
const MAX_LIFECYCLE_ENTRIES = 200;

/** The maximum number of lifecycle log entries of group members in one frame. Errors are not counted. */
const MAX_MEMBER_ENTRIES = 50;

/** What was recorded since the last {@link Recorder.drain}. */
export interface Recorded {
  readonly messages: readonly Message[];
  readonly transitions: readonly Transition[];
  readonly lives: readonly LifecycleEntry[];
  readonly untold: number;
}

type MutableTransition = { -readonly [Key in keyof Transition]: Transition[Key] };

export class Recorder {
  readonly #actorIndex: ActorIndex;
  readonly #disclosure: Disclosure;
  #messages: Message[] = [];
  /** Number of recorded messages of each kind. */
  #perKind = new Map<string, number>();
  #transitions = new Map<string, MutableTransition>();
  #lifecycle: LifecycleEntry[] = [];
  #memberEntries = 0;
  #omitted = 0;
  /**
   * Events that were recorded when they reached a mailbox. The mailbox then passes the same object on to its
   * owner, where it must not be recorded again.
   */
  readonly #inMailbox = new WeakSet<EventObject>();
  /** The last known state of each actor's chart. */
  #states = new WeakMap<AnyActorRef, string>();

  constructor(actorIndex: ActorIndex, disclosure: Disclosure) {
    this.#actorIndex = actorIndex;
    this.#disclosure = disclosure;
  }

  /** Records an inspection event of XState. */
  readonly observe = (event: InspectionEvent): void => {
    const actor = inspectedActor(event.actorRef);
    if (event.type === '@xstate.event')
      this.#onSent(actor, event.sourceRef && inspectedActor(event.sourceRef), event.event);
    else if (event.type === '@xstate.snapshot') this.#onSnapshot(actor, event.event);
    else if (event.type === '@xstate.microstep') this.#onMicrostep(actor, event);
  };

  /** Stores the state of an actor that was running before the recorder subscribed. */
  rememberState(actor: AnyActorRef): void {
    const state = stateOf(actor);
    if (state !== undefined) this.#states.set(actor, state);
  }

  /** Records an entry of the lifecycle log, within the limits. */
  recordLifecycle(entry: LifecycleEntry): void {
    const isMember = entry.member !== undefined && entry.error === undefined;
    const isFull = this.#lifecycle.length >= MAX_LIFECYCLE_ENTRIES;
    if (isFull || (isMember && this.#memberEntries >= MAX_MEMBER_ENTRIES)) {
      this.#omitted += 1;
      return;
    }
    if (isMember) this.#memberEntries += 1;
    this.#lifecycle.push(entry);
  }

  /** Returns what was recorded since the last call. */
  drain(): Recorded {
    const recorded: Recorded = {
      messages: this.#messages,
      transitions: [...this.#transitions.values()],
      lives: this.#lifecycle,
      untold: this.#omitted,
    };
    this.#messages = [];
    this.#lifecycle = [];
    this.#memberEntries = 0;
    this.#omitted = 0;
    this.#perKind.clear();
    this.#transitions.clear();
    return recorded;
  }

  /** Clears everything, including the known states. */
  reset(): void {
    this.drain();
    this.#states = new WeakMap();
  }

  #onSent(actor: AnyActorRef, source: AnyActorRef | undefined, event: EventObject): void {
    // Skip internal events. The actor's status already shows that a behaviour became ready or ended.
    if (event.type.startsWith('behaviour.') || event.type.startsWith('mailbox.')) return;
    if (event.type === 'xstate.init') this.#onStarted(actor);
    if (isMailbox(actor)) this.#inMailbox.add(event);
    else if (this.#inMailbox.delete(event)) return;
    const sender = source ?? currentActor();
    const to = this.#actorIndex.identify(actor);
    if (to === undefined) return;
    this.#actorIndex.countMessage(to);
    const from = sender && this.#actorIndex.identify(sender);
    const type = typeOf(event);
    const kind = `${from?.node.path}>${to.node.path} ${type}`;
    const count = this.#perKind.get(kind) ?? 0;
    if (count >= MAX_PER_KIND || this.#messages.length >= MAX_MESSAGES) {
      this.#omitted += 1;
      return;
    }
    this.#perKind.set(kind, count + 1);
    const fields = this.#disclosure.fieldsOf(event);
    this.#messages.push({
      at: Date.now(),
      ...(from !== undefined && { from: from.node.path }),
      ...(from?.member !== undefined && { fromMember: from.member }),
      to: to.node.path,
      ...(to.member !== undefined && { toMember: to.member }),
      type,
      ...(fields !== undefined && { fields }),
    });
  }

  #onStarted(actor: AnyActorRef): void {
    const initial = chartOf(logicOf(actor))?.config.initial;
    if (initial !== undefined) this.#states.set(actor, String(initial));
  }

  /**
   * XState emits no microsteps for charts inside behaviours, so each change of state is recorded as a
   * transition.
   */
  #onSnapshot(actor: AnyActorRef, event: EventObject): void {
    const logic = logicOf(actor);
    const machine = isMachine(logic) ? undefined : chartOf(logic);
    const state = machine && stateOf(actor);
    if (machine === undefined || state === undefined) return;
    const before = this.#states.get(actor);
    if (before === state) return;
    this.#states.set(actor, state);
    if (before === undefined) return; // The transition began before the recorder subscribed.
    this.#recordTransition(actor, `${machine.id}.${before}>${machine.id}.${state}`, typeOf(event));
  }

  #onMicrostep(actor: AnyActorRef, microstep: Extract<InspectionEvent, { type: '@xstate.microstep' }>): void {
    for (const { source, target } of transitionsIn(microstep)) {
      const [to] = target ?? [];
      const arrow = to === undefined ? source.id : `${source.id}>${to.id}`;
      this.#recordTransition(actor, arrow, typeOf(microstep.event));
    }
  }

  #recordTransition(actor: AnyActorRef, arrow: string, event: string): void {
    const identity: Identity | undefined = this.#actorIndex.identify(actor);
    if (identity === undefined) return;
    const { path } = identity.node;
    const kind = `${path} ${arrow} ${event}`;
    const member = identity.member === undefined ? {} : { member: identity.member };
    const known = this.#transitions.get(kind);
    if (known !== undefined) Object.assign(known, member, { count: known.count + 1 });
    else if (this.#transitions.size < MAX_TRANSITIONS)
      this.#transitions.set(kind, { path, ...member, arrow, event, count: 1 });
  }
}

/**
 * The type of an event. Only the first three parts of XState's own types are kept: ids of actors or states
 * follow them.
 */
function typeOf({ type }: EventObject): string {
  return type.startsWith('xstate.') ? type.split('.').slice(0, 3).join('.') : type;
}
