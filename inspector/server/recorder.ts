/**
 * What happens in a system, as it is to be told: messages, transitions, lives.
 *
 * Much happens at once, and much of it is alike. Between two frames each kind of message, from the same
 * sender to the same receiver, is told a few times and then only counted. So a rare one is never drowned by
 * many, and what is kept has a limit.
 */

import type { AnyActorRef, EventObject, InspectionEvent } from 'xstate';
import { chartOf } from '../../actors/chart.js';
import { currentActor } from '../../supervision/current-actor.js';
import { isMailbox } from '../../supervision/mailbox.js';
import { inspectedActor, isMachine, logicOf, transitionsIn } from '../../supervision/xstate-internals.js';
import type { ActorIndex, Identity } from './actor-index.js';
import { stateOf } from './actor-sight.js';
import type { Disclosure } from './disclosure.js';
import type { Life, Message, Transition } from './frame.js';

/** Most messages that are alike, most messages in all, and most transitions and lives, told in one frame. */
const MAX_ALIKE = 10;
const MAX_MESSAGES = 200;
const MAX_TRANSITIONS = 200;
const MAX_LIVES = 200;

/** Most comings and goings of short-lived actors among the lives. */
const MAX_MEMBER_LIVES = 50;

/** What was recorded since it was last taken. */
export interface Recorded {
  readonly messages: readonly Message[];
  readonly transitions: readonly Transition[];
  readonly lives: readonly Life[];
  readonly untold: number;
}

type MutableTransition = { -readonly [Key in keyof Transition]: Transition[Key] };

export class Recorder {
  readonly #actorIndex: ActorIndex;
  readonly #disclosure: Disclosure;
  #messages: Message[] = [];
  #alike = new Map<string, number>();
  #transitions = new Map<string, MutableTransition>();
  #lives: Life[] = [];
  #memberLives = 0;
  #untold = 0;
  /** What was sent to a mailbox: its next owner gets the very same event. */
  readonly #inMailbox = new WeakSet<EventObject>();
  /** The state that a chart was in when it was last seen. */
  #states = new WeakMap<AnyActorRef, string>();

  constructor(actorIndex: ActorIndex, disclosure: Disclosure) {
    this.#actorIndex = actorIndex;
    this.#disclosure = disclosure;
  }

  /** Takes note of what XState tells of the system. */
  readonly observe = (event: InspectionEvent): void => {
    const actor = inspectedActor(event.actorRef);
    if (event.type === '@xstate.event')
      this.#onSent(actor, event.sourceRef && inspectedActor(event.sourceRef), event.event);
    else if (event.type === '@xstate.snapshot') this.#onSnapshot(actor, event.event);
    else if (event.type === '@xstate.microstep') this.#onMicrostep(actor, event);
  };

  /** Takes note of the state of an actor that was there before anybody looked. */
  remember(actor: AnyActorRef): void {
    const state = stateOf(actor);
    if (state !== undefined) this.#states.set(actor, state);
  }

  /** Takes note of an actor's life. */
  live(life: Life): void {
    const isMembers = life.member !== undefined && life.error === undefined;
    if (this.#lives.length >= MAX_LIVES || (isMembers && this.#memberLives >= MAX_MEMBER_LIVES)) {
      this.#untold += 1;
      return;
    }
    if (isMembers) this.#memberLives += 1;
    this.#lives.push(life);
  }

  /** What happened since the last time; it is forgotten here. */
  take(): Recorded {
    const recorded: Recorded = {
      messages: this.#messages,
      transitions: [...this.#transitions.values()],
      lives: this.#lives,
      untold: this.#untold,
    };
    this.#messages = [];
    this.#lives = [];
    this.#memberLives = 0;
    this.#untold = 0;
    this.#alike.clear();
    this.#transitions.clear();
    return recorded;
  }

  /** Forgets all: what happens from now on is not told. */
  reset(): void {
    this.take();
    this.#states = new WeakMap();
  }

  #onSent(actor: AnyActorRef, source: AnyActorRef | undefined, event: EventObject): void {
    // What a behaviour tells itself, to be ready or to end, shows in its status.
    if (event.type.startsWith('behaviour.') || event.type.startsWith('mailbox.')) return;
    if (event.type === 'xstate.init') this.#onBegun(actor);
    if (isMailbox(actor)) this.#inMailbox.add(event);
    else if (this.#inMailbox.delete(event)) return;
    const sender = source ?? currentActor();
    const to = this.#actorIndex.identify(actor);
    if (to === undefined) return;
    this.#actorIndex.count(to);
    const from = sender && this.#actorIndex.identify(sender);
    const type = typeOf(event);
    const alike = `${from?.place.path}>${to.place.path} ${type}`;
    const count = this.#alike.get(alike) ?? 0;
    if (count >= MAX_ALIKE || this.#messages.length >= MAX_MESSAGES) {
      this.#untold += 1;
      return;
    }
    this.#alike.set(alike, count + 1);
    const fields = this.#disclosure.fieldsOf(event);
    this.#messages.push({
      at: Date.now(),
      ...(from !== undefined && { from: from.place.path }),
      ...(from?.member !== undefined && { fromMember: from.member }),
      to: to.place.path,
      ...(to.member !== undefined && { toMember: to.member }),
      type,
      ...(fields !== undefined && { fields }),
    });
  }

  #onBegun(actor: AnyActorRef): void {
    const initial = chartOf(logicOf(actor))?.config.initial;
    if (initial !== undefined) this.#states.set(actor, String(initial));
  }

  /** Charts that behaviours run say nothing of their steps: what changed tells. */
  #onSnapshot(actor: AnyActorRef, event: EventObject): void {
    const logic = logicOf(actor);
    const machine = isMachine(logic) ? undefined : chartOf(logic);
    const state = machine && stateOf(actor);
    if (machine === undefined || state === undefined) return;
    const before = this.#states.get(actor);
    if (before === state) return;
    this.#states.set(actor, state);
    if (before === undefined) return; // It was on its way before anybody looked.
    this.#step(actor, `${machine.id}.${before}>${machine.id}.${state}`, typeOf(event));
  }

  #onMicrostep(actor: AnyActorRef, microstep: Extract<InspectionEvent, { type: '@xstate.microstep' }>): void {
    for (const { source, target } of transitionsIn(microstep)) {
      const [to] = target ?? [];
      const arrow = to === undefined ? source.id : `${source.id}>${to.id}`;
      this.#step(actor, arrow, typeOf(microstep.event));
    }
  }

  #step(actor: AnyActorRef, arrow: string, event: string): void {
    const identity: Identity | undefined = this.#actorIndex.identify(actor);
    if (identity === undefined) return;
    const { path } = identity.place;
    const alike = `${path} ${arrow} ${event}`;
    const member = identity.member === undefined ? {} : { member: identity.member };
    const known = this.#transitions.get(alike);
    if (known !== undefined) Object.assign(known, member, { count: known.count + 1 });
    else if (this.#transitions.size < MAX_TRANSITIONS)
      this.#transitions.set(alike, { path, ...member, arrow, event, count: 1 });
  }
}

/** The names of ends and timers have the ids of actors and states in them. */
function typeOf({ type }: EventObject): string {
  return type.startsWith('xstate.') ? type.split('.').slice(0, 3).join('.') : type;
}
