/**
 * Selects the messages and the lifelines of the sequence diagram.
 */

import type { ActorView, Message } from '../server/frame.js';
import type { Numbered } from './model.js';
import type { Selection } from './selection.js';

/** The maximum numbers of messages and of lifelines in the diagram. */
export const MAX_DRAWN_MESSAGES = 60;
export const MAX_LIFELINES = 16;

/** The lifeline of senders that are not actors: timers, sockets, users. */
export const OUTSIDE = 'outside';

/** Messages of the selected actor; messages to picked actors from each other or from outside; or all. */
export type Scope = 'selected' | 'picked' | 'all';

export interface Choice {
  readonly scope: Scope;
  readonly selection: Selection | undefined;
  readonly picked: ReadonlySet<string>;
  /** Text that an event's type must contain. */
  readonly filter: string;
  readonly hidesXstate: boolean;
}

export interface Exchange {
  /** Paths of actors in the order of the tree, or {@link OUTSIDE}. */
  readonly lifelines: readonly string[];
  readonly messages: readonly Numbered<Message>[];
}

export function exchangeOf(
  messages: readonly Numbered<Message>[],
  actors: readonly ActorView[],
  choice: Choice,
): Exchange {
  const sought = choice.filter.trim().toLowerCase();
  const drawn = messages
    .filter(
      (message) =>
        !(choice.hidesXstate && message.type.startsWith('xstate.')) &&
        message.type.toLowerCase().includes(sought) &&
        concerns(message, choice),
    )
    .slice(-MAX_DRAWN_MESSAGES);
  const present = new Set(drawn.flatMap(({ from = OUTSIDE, to }) => [from, to]));
  if (choice.scope === 'picked') for (const path of choice.picked) present.add(path);
  else if (choice.scope === 'selected' && choice.selection !== undefined) present.add(choice.selection.path);
  const known = [OUTSIDE, ...actors.map(({ path }) => path)].filter((path) => present.has(path));
  const lifelines = [...new Set([...known, ...present])].slice(0, MAX_LIFELINES);
  return {
    lifelines,
    messages: drawn.filter(({ from = OUTSIDE, to }) => lifelines.includes(from) && lifelines.includes(to)),
  };
}

/** The messages that an actor sent or received, the oldest first. */
export function messagesOf(
  messages: readonly Numbered<Message>[],
  selection: Selection,
): readonly Numbered<Message>[] {
  return messages.filter((message) => isParty(message, selection));
}

function concerns(message: Message, { scope, selection, picked }: Choice): boolean {
  if (scope === 'all') return true;
  if (scope === 'selected') return selection !== undefined && isParty(message, selection);
  return picked.has(message.to) && (message.from === undefined || picked.has(message.from));
}

function isParty({ from, fromMember, to, toMember }: Message, { path, member }: Selection): boolean {
  const isOne = (other: string | undefined, itsMember: string | undefined) =>
    other === path && (member === undefined || itsMember === member);
  return isOne(from, fromMember) || isOne(to, toMember);
}
