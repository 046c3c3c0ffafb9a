/**
 * Mailboxes: the stable address of a child that may be restarted.
 *
 * Senders hold the mailbox, never the child. The supervisor attaches each new incarnation; until
 * then events wait in a bounded stash, in order. So a crash of a child costs its neighbours a
 * wait, and no neighbour ever sends to a dead actor. A mailbox that is full, or whose child is gone
 * for good, refuses what it is sent. It never ends: its name may come back.
 */

import type { ActorLogic, ActorRef, AnyActorRef, EventObject, Snapshot } from 'xstate';
import type { AnyActorSystem } from './behaviour.js';
import { watched } from './isolation.js';
import type { RefusalReason } from './lifecycle.js';
import { logicOf, STOP } from './xstate-internals.js';

/** The name of a child that can be written to from anywhere in its system, typed by what it is sent. */
export type Name<TEvent extends EventObject> = string & { readonly [EVENT]: TEvent };
declare const EVENT: unique symbol;

/** How a named child is addressed. */
export interface AddressOptions<TEvent extends EventObject> {
  /** Most events that wait while the child is down; 0 refuses them all. */
  readonly stashLimit: number;
  /**
   * Given each event that no longer fits, or comes when the child is gone for good, so that its sender can be
   * answered.
   */
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

/** Sent by supervisors and their post registry, and by nobody else. */
type MailboxEvent =
  | { readonly type: 'mailbox.attach'; readonly target: AnyActorRef }
  | { readonly type: 'mailbox.detach' }
  | { readonly type: 'mailbox.open'; readonly options: AddressOptions<EventObject> }
  | { readonly type: 'mailbox.close' };

/** Hears of each event that a mailbox refuses. */
export type OnRefused = (reason: RefusalReason, event: EventObject) => void;

export interface MailboxOptions extends AddressOptions<never> {
  readonly onRefused?: OnRefused;
}

/** What a mailbox holds. */
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
 * Logic of one mailbox: it forwards every event to the attached child, in order, or keeps it until there is
 * one. What it holds is not in its snapshot, which is a value.
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
      if (isOwnEvent(event)) return obey(self, box, event as OwnEvent);
      deliver(self, box, event);
      return snapshot;
    },
    getPersistedSnapshot: (snapshot) => snapshot,
  };
  return Object.assign(logic, { [MAILBOX]: true });
}

/** Tells a mailbox from other actors. */
export function isMailbox(actor: AnyActorRef): boolean {
  return MAILBOX in logicOf(actor);
}

type OwnEvent = MailboxEvent | { readonly type: typeof STOP };

/** All others are for the child, whatever their names begin with. */
function isOwnEvent({ type }: EventObject): boolean {
  return (
    type === 'mailbox.attach' ||
    type === 'mailbox.detach' ||
    type === 'mailbox.open' ||
    type === 'mailbox.close' ||
    type === STOP
  );
}

function obey(self: AnyActorRef, box: Box, event: OwnEvent): MailboxSnapshot {
  switch (event.type) {
    case 'mailbox.attach':
      box.target = event.target;
      for (const waiting of box.stash.splice(0)) deliver(self, box, waiting);
      break;
    case 'mailbox.detach':
      box.target = undefined;
      break;
    case 'mailbox.open':
      // As its next owner wants it; what waits in it stays.
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
  else keep(self, box, event);
}

// A child that crashed a moment ago may not be detached yet: its supervisor has the news in its
// queue. What is sent in that moment waits for the next incarnation too.
function keep(self: AnyActorRef, box: Box, event: EventObject): void {
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
  if (options.refuse !== undefined) watched('refusal', self, options.refuse)(event);
  onRefused?.(reason, event);
}
