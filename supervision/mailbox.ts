/**
 * Mailboxes: the stable addresses of children that may be restarted.
 *
 * Senders hold the mailbox, never the child. The supervisor attaches each new incarnation of the child. While
 * the child is down, events wait in a bounded stash, in order. A mailbox refuses events when its stash is
 * full or its child has been forgotten. A mailbox never ends, because a child with the same name may be added
 * again.
 */

import type { ActorLogic, ActorRef, AnyActorRef, EventObject, Snapshot } from 'xstate';
import type { AnyActorSystem } from './behaviour.js';
import { guardCallback } from './isolation.js';
import type { RefusalReason } from './lifecycle.js';
import { logicOf, STOP } from './xstate-internals.js';

/**
 * The name of a child that any actor in its system can send to, typed by the events that the child accepts.
 */
export type Name<TEvent extends EventObject> = string & { readonly [EVENT]: TEvent };
declare const EVENT: unique symbol;

/** Options of a child's address. */
export interface AddressOptions<TEvent extends EventObject> {
  /**
   * The maximum number of events that wait while the child is down. With 0, the mailbox refuses all of them.
   */
  readonly stashLimit: number;
  /**
   * Receives each event that does not fit in the stash, or that arrives after the child was forgotten. The
   * function can answer the sender.
   */
  readonly refuse?: (event: TEvent) => void;
}

/** A target for events: an actor, or the mailbox that represents it. */
export type Address<TEvent extends EventObject> = ActorRef<Snapshot<unknown>, TEvent>;

/** Creates a name. It must be unique in its system. */
export function nameOf<TEvent extends EventObject>(id: string): Name<TEvent> {
  return id as Name<TEvent>;
}

/**
 * Finds the address of a named child anywhere in the system.
 *
 * @throws Error when no supervisor in the system has a child with that name.
 */
export function addressOf<TEvent extends EventObject>(
  system: AnyActorSystem,
  name: Name<TEvent>,
): Address<TEvent> {
  const mailbox: AnyActorRef | undefined = system.get(name);
  if (mailbox === undefined) throw new Error(`no address '${name}' in this system`);
  return mailbox;
}

/** The events that control a mailbox. Only supervisors and their mailbox registry send them. */
type MailboxEvent =
  | { readonly type: 'mailbox.attach'; readonly target: AnyActorRef }
  | { readonly type: 'mailbox.detach' }
  | { readonly type: 'mailbox.open'; readonly options: AddressOptions<EventObject> }
  | { readonly type: 'mailbox.close' };

/** Receives each event that a mailbox refuses. */
export type OnRefused = (reason: RefusalReason, event: EventObject) => void;

export interface MailboxOptions extends AddressOptions<never> {
  readonly onRefused?: OnRefused;
}

/** The state of a mailbox. */
interface Box {
  options: AddressOptions<EventObject>;
  isClosed: boolean;
  target: AnyActorRef | undefined;
  readonly stash: EventObject[];
  readonly onRefused: OnRefused | undefined;
}

interface MailboxSnapshot {
  readonly status: 'active' | 'stopped';
  readonly output: undefined;
  readonly error: undefined;
}

const OPEN: MailboxSnapshot = { status: 'active', output: undefined, error: undefined };
const CLOSED: MailboxSnapshot = { status: 'stopped', output: undefined, error: undefined };

/** Marks the logic of mailboxes. */
const MAILBOX = Symbol('mailbox');

/**
 * Logic of one mailbox: it forwards every event to the attached child, in order, or keeps the event until a
 * child is attached. The mailbox keeps its state outside its snapshot, because a snapshot must not change.
 */
export function mailboxLogic({
  onRefused,
  ...options
}: MailboxOptions): ActorLogic<MailboxSnapshot, EventObject> {
  const box: Box = {
    options: options as AddressOptions<EventObject>,
    isClosed: false,
    target: undefined,
    stash: [],
    onRefused,
  };
  const logic: ActorLogic<MailboxSnapshot, EventObject> = {
    getInitialSnapshot: () => OPEN,
    transition(snapshot, event, { self }) {
      if (isOwnEvent(event)) return handleOwnEvent(self, box, event as OwnEvent);
      deliver(self, box, event);
      return snapshot;
    },
    getPersistedSnapshot: (snapshot) => snapshot,
  };
  return Object.assign(logic, { [MAILBOX]: true });
}

/** Whether an actor is a mailbox. */
export function isMailbox(actor: AnyActorRef): boolean {
  return MAILBOX in logicOf(actor);
}

type OwnEvent = MailboxEvent | { readonly type: typeof STOP };

/** Compares whole types: all other events are for the child, even if their types begin with `mailbox.`. */
function isOwnEvent({ type }: EventObject): boolean {
  return (
    type === 'mailbox.attach' ||
    type === 'mailbox.detach' ||
    type === 'mailbox.open' ||
    type === 'mailbox.close' ||
    type === STOP
  );
}

function handleOwnEvent(self: AnyActorRef, box: Box, event: OwnEvent): MailboxSnapshot {
  switch (event.type) {
    case 'mailbox.attach':
      box.target = event.target;
      for (const waiting of box.stash.splice(0)) deliver(self, box, waiting);
      break;
    case 'mailbox.detach':
      box.target = undefined;
      break;
    case 'mailbox.open':
      // Apply the next owner's options. Waiting events stay.
      box.options = event.options;
      box.isClosed = false;
      break;
    case 'mailbox.close':
    case STOP:
      box.target = undefined;
      box.isClosed = true;
      for (const waiting of box.stash.splice(0)) refuse(self, box, 'closed', waiting);
  }
  return box.isClosed ? CLOSED : OPEN;
}

function deliver(self: AnyActorRef, box: Box, event: EventObject): void {
  if (box.target?.getSnapshot().status === 'active') box.target.send(event);
  else stashOrRefuse(self, box, event);
}

// After a crash, the child stays attached until its supervisor has handled the end event. Events sent in that
// moment also wait for the next incarnation.
function stashOrRefuse(self: AnyActorRef, box: Box, event: EventObject): void {
  if (box.isClosed) refuse(self, box, 'closed', event);
  else if (box.stash.length < box.options.stashLimit) box.stash.push(event);
  else refuse(self, box, 'full', event);
}

function refuse(
  self: AnyActorRef,
  { options, onRefused }: Box,
  reason: RefusalReason,
  event: EventObject,
): void {
  if (options.refuse !== undefined) guardCallback('refusal', self, options.refuse)(event);
  onRefused?.(reason, event);
}
