/**
 * Mailboxes: the stable address of a child that may be restarted.
 *
 * Senders hold the mailbox, never the child. The supervisor attaches each new incarnation; until
 * then events wait in a bounded stash, in order. So a crash of a child costs its neighbours a
 * wait, and no neighbour ever sends to a dead actor.
 */

import type { ActorLogic, ActorRef, AnyActorRef, EventObject, Snapshot } from 'xstate';
import type { AnyActorSystem } from './behaviour.js';
import { watched } from './containment.js';
import { STOP } from './xstate-internals.js';

/** The name of a child that can be written to from anywhere in its system, typed by what it is sent. */
export type Name<TEvent extends EventObject> = string & { readonly [EVENT]: TEvent };
declare const EVENT: unique symbol;

/** How a named child is addressed. */
export interface AddressOptions<TEvent extends EventObject> {
  /** Most events that wait while the child is down; 0 refuses them all. */
  readonly stashLimit: number;
  /** Told of each event that no longer fits, so that its sender can be answered. */
  readonly refuse?: (event: TEvent) => void;
}

/** Anything events can be sent to: an actor, or the mailbox that stands for it. */
export type Address<TEvent extends EventObject> = ActorRef<Snapshot<unknown>, TEvent>;

/** Makes a name; it must be unique in its system. */
export function nameOf<TEvent extends EventObject>(id: string): Name<TEvent> {
  return id as Name<TEvent>;
}

/**
 * Finds the address of a named child anywhere in the system.
 *
 * @throws Error when no supervisor in the system has a child of that name.
 */
export function addressOf<TEvent extends EventObject>(
  system: AnyActorSystem,
  name: Name<TEvent>,
): Address<TEvent> {
  const mailbox: AnyActorRef | undefined = system.get(name);
  if (mailbox === undefined) throw new Error(`no address '${name}' in this system`);
  return mailbox;
}

/** Sent by supervisors and their post office, and by nobody else. */
type MailboxEvent =
  | { readonly type: 'mailbox.attach'; readonly target: AnyActorRef }
  | { readonly type: 'mailbox.detach' }
  | { readonly type: 'mailbox.adopt'; readonly options: AddressOptions<EventObject> };

const BOX = Symbol('box');

/** What a mailbox holds. It stands on the mailbox's actor, because a snapshot is a value. */
interface Box {
  options: AddressOptions<EventObject>;
  target: AnyActorRef | undefined;
  readonly stash: EventObject[];
}

function boxOf(mailbox: AnyActorRef): Box {
  return (mailbox as unknown as { readonly [BOX]: Box })[BOX];
}

interface MailboxSnapshot {
  readonly status: 'active' | 'stopped';
  readonly output: undefined;
  readonly error: undefined;
}

const OPEN: MailboxSnapshot = { status: 'active', output: undefined, error: undefined };
const CLOSED: MailboxSnapshot = { status: 'stopped', output: undefined, error: undefined };

/** Forwards every event to the attached child, in order, or keeps it until there is one. */
export const mailboxLogic: ActorLogic<MailboxSnapshot, EventObject, AddressOptions<never>> = {
  getInitialSnapshot({ self }, options) {
    const box: Box = { options: options as AddressOptions<EventObject>, target: undefined, stash: [] };
    Object.assign(self, { [BOX]: box });
    return OPEN;
  },

  transition(snapshot, event, { self }) {
    if (isMailboxEvent(event)) obey(self, event);
    else if (event.type === STOP) return close(self);
    else deliver(self, boxOf(self), event);
    return snapshot;
  },

  getPersistedSnapshot: (snapshot) => snapshot,
};

function isMailboxEvent(event: EventObject): event is MailboxEvent {
  const { type } = event;
  return type === 'mailbox.attach' || type === 'mailbox.detach' || type === 'mailbox.adopt';
}

function obey(self: AnyActorRef, event: MailboxEvent): void {
  const box = boxOf(self);
  switch (event.type) {
    case 'mailbox.attach':
      box.target = event.target;
      for (const waiting of box.stash.splice(0)) deliver(self, box, waiting);
      return;
    case 'mailbox.detach':
      box.target = undefined;
      return;
    case 'mailbox.adopt':
      // As its next owner wants it; what waits in it stays.
      box.options = event.options;
  }
}

/** What still waits will not be received. */
function close(self: AnyActorRef): MailboxSnapshot {
  const box = boxOf(self);
  for (const waiting of box.stash.splice(0)) refuse(self, box, waiting);
  return CLOSED;
}

// A child that crashed a moment ago may not be detached yet: its supervisor has the news in its
// queue. What is sent in that moment waits for the next incarnation too.
function deliver(self: AnyActorRef, box: Box, event: EventObject): void {
  if (box.target?.getSnapshot().status === 'active') box.target.send(event);
  else if (box.stash.length < box.options.stashLimit) box.stash.push(event);
  else refuse(self, box, event);
}

function refuse(self: AnyActorRef, { options }: Box, event: EventObject): void {
  if (options.refuse !== undefined) watched('refusal', self, options.refuse)(event);
}
