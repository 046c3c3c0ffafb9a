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

interface MailboxSnapshot extends AddressOptions<EventObject> {
  status: 'active' | 'stopped';
  output: undefined;
  error: undefined;
  readonly self: AnyActorRef;
  target: AnyActorRef | undefined;
  readonly stash: EventObject[];
}

/** Forwards every event to the attached child, in order, or keeps it until there is one. */
export const mailboxLogic: ActorLogic<MailboxSnapshot, EventObject, AddressOptions<never>> = {
  getInitialSnapshot: ({ self }, options) => ({
    status: 'active',
    output: undefined,
    error: undefined,
    self,
    target: undefined,
    stash: [],
    ...(options as AddressOptions<EventObject>),
  }),

  transition(mailbox, event) {
    if (isMailboxEvent(event)) return obey(mailbox, event);
    if (event.type === STOP) close(mailbox);
    else deliver(mailbox, event);
    return mailbox;
  },

  getPersistedSnapshot: (snapshot) => snapshot,
};

function isMailboxEvent(event: EventObject): event is MailboxEvent {
  const { type } = event;
  return type === 'mailbox.attach' || type === 'mailbox.detach' || type === 'mailbox.adopt';
}

function obey(mailbox: MailboxSnapshot, event: MailboxEvent): MailboxSnapshot {
  switch (event.type) {
    case 'mailbox.attach':
      mailbox.target = event.target;
      for (const waiting of mailbox.stash.splice(0)) deliver(mailbox, waiting);
      return mailbox;
    case 'mailbox.detach':
      mailbox.target = undefined;
      return mailbox;
    case 'mailbox.adopt':
      return adopted(mailbox, event.options);
  }
}

/** The mailbox as its next owner wants it; what waits in it stays. */
function adopted(mailbox: MailboxSnapshot, options: AddressOptions<EventObject>): MailboxSnapshot {
  const { status, output, error, self, target, stash } = mailbox;
  return { status, output, error, self, target, stash, ...options };
}

/** Nobody will come for what still waits. */
function close(mailbox: MailboxSnapshot): void {
  mailbox.status = 'stopped';
  for (const waiting of mailbox.stash.splice(0)) refuse(mailbox, waiting);
}

// A child that crashed a moment ago may not be detached yet: its supervisor has the news in its
// queue. What is sent in that moment waits for the next incarnation too.
function deliver(mailbox: MailboxSnapshot, event: EventObject): void {
  if (mailbox.target?.getSnapshot().status === 'active') mailbox.target.send(event);
  else if (mailbox.stash.length < mailbox.stashLimit) mailbox.stash.push(event);
  else refuse(mailbox, event);
}

function refuse(mailbox: MailboxSnapshot, event: EventObject): void {
  if (mailbox.refuse !== undefined) watched('refusal', mailbox.self, mailbox.refuse)(event);
}
