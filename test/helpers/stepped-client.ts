/**
 * The client's statechart, stepped: a client whose neighbours only write down what they are sent.
 */

import { type EventObject, initialTransition, type SnapshotFrom, transition } from 'xstate';
import { clientMachine } from '../../machines/client/client.js';
import type { ClientEvent, ClientInput } from '../../machines/client/client-setup.js';
import type { ChatReport, ServerReply } from '../../machines/client/events.js';
import { MENU as MENU_LINES, MENU_REMINDER } from '../../machines/client/view.js';
import type { Buddy } from '../../protocol/buddy-list.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';

export const alice = 'alice' as UserId;
export const bob = 'bob' as UserId;
const endpoint = { address: '192.0.2.7', port: 4_000 };
export const bobOnline: Buddy = { id: bob, status: 100, endpoint };
export const bobOffline: Buddy = { id: bob, status: 101, endpoint: undefined };

/** Stands for a chat: an identity that a log can name. */
const chat = { id: 'chat' } as never;
export const otherChat = { id: 'other chat' } as never;

const REPLY_ACTOR = '0.client.waiting.forReply';

/** A client whose neighbours only write down what they are sent. */
export class Client {
  #snapshot: SnapshotFrom<typeof clientMachine>;
  #log: string[] = [];
  #status: readonly string[] = [];

  /** How often the whole menu was shown. */
  menus = 0;
  /** How often a prompt was closed. */
  closedPrompts = 0;

  constructor(user?: UserId, isInteractive = false) {
    const neighbour = (id: string) => ({ id }) as never;
    const input: ClientInput = {
      terminal: neighbour('terminal'),
      heartbeat: neighbour('heartbeat'),
      chats: neighbour('chats'),
      archive: neighbour('archive'),
      isInteractive,
      user,
      status: 100,
    };
    const [snapshot, actions] = initialTransition(clientMachine, input);
    this.#snapshot = snapshot;
    this.#write(actions);
  }

  get state(): unknown {
    return this.#snapshot.value;
  }

  get user(): UserId | undefined {
    return this.#snapshot.context.user;
  }

  /** What the status shows; the menu's line left out. */
  get status(): readonly string[] {
    return this.#status;
  }

  /** What the neighbours were sent since the last look; the menu's lines, the status and closing prompts left out. */
  look(): string[] {
    return this.#log.splice(0).filter((entry) => !/ {2}[A-Z] - |^terminal: $|prompt\.close$/.test(entry));
  }

  on(...events: readonly ClientEvent[]): this {
    for (const event of events) {
      const [next, actions] = transition(clientMachine, this.#snapshot, event);
      this.#snapshot = next;
      this.#write(actions);
    }
    return this;
  }

  types(...values: readonly string[]): this {
    return this.on(...values.map((value) => ({ type: 'prompt.answered', value }) as const));
  }

  serverReplies(line: string): this {
    const output: ServerReply = { line: line as DisplayText, done: line.startsWith('200') };
    return this.on({ type: `xstate.done.actor.${REPLY_ACTOR}`, actorId: REPLY_ACTOR, output } as never);
  }

  serverFails(reason: string): this {
    return this.on({
      type: `xstate.error.actor.${REPLY_ACTOR}`,
      actorId: REPLY_ACTOR,
      error: new Error(reason),
    } as never);
  }

  minuteIn(state: 'ringing' | 'calling'): this {
    return this.on({ type: `xstate.after.answerTimeout.client.busy.${state}` } as never);
  }

  #write(actions: readonly { readonly type: string; readonly params?: unknown }[]): void {
    for (const { type, params } of actions) {
      if (type === 'xstate.sendTo') this.#writeSent(params as { to: { id: string }; event: EventObject });
      if (type === 'xstate.emit') this.#log.push(`emits ${(params as { event: EventObject }).event.type}`);
      if (type === 'xstate.spawnChild') {
        const { op, ids } = (params as { input: { op: string; ids: string[] } }).input;
        this.#log.push(`server: ${[op, ...ids].join(' ')}`);
      }
    }
  }

  #writeSent({ to, event }: { readonly to: { readonly id: string }; readonly event: EventObject }): void {
    if (event.type === 'prompt.close') this.closedPrompts += 1;
    const sent = event as EventObject & {
      lines?: string[];
      prompt?: { text: string };
      text?: string;
      id?: string;
      name?: string;
      buddy?: string;
      search?: string;
      status?: number;
      message?: { name: string; text: string };
    };
    if (event.type === 'status.show')
      this.#status = (sent.lines ?? []).filter((line) => line !== MENU_REMINDER);
    else if (sent.message !== undefined)
      this.#log.push(`${to.id}! ${sent.message.name}: ${sent.message.text}`);
    else if (sent.lines !== undefined) {
      if (MENU_LINES.every((line) => sent.lines?.includes(line))) this.menus += 1;
      for (const line of sent.lines) this.#log.push(`${to.id}: ${line}`);
    } else if (sent.prompt !== undefined) this.#log.push(`${to.id}? ${sent.prompt.text}`);
    else
      this.#log.push(
        [`${to.id} <- ${event.type}`, sent.id, sent.status, sent.buddy, sent.name, sent.search, sent.text]
          .filter(Boolean)
          .join(' '),
      );
  }
}

export const MENU = 'terminal? Your choice: ';
export const NOON_MS = new Date(2026, 10, 26, 12, 0).getTime();

/** A call by bob, or by an address that does not say who it is. */
export function callFrom(
  caller: UserId | undefined,
  address = '192.0.2.7',
  from = chat,
  atMs = NOON_MS,
): ClientEvent {
  return { type: 'call.received', chat: from, caller, address: address as DisplayText, atMs };
}

export const callFromBob = callFrom(bob);
export const otherCall = callFrom(undefined, '192.0.2.9', otherChat);
export const buddies = (...list: readonly Buddy[]): ClientEvent => ({
  type: 'buddies.received',
  buddies: list,
  atMs: NOON_MS,
});
export const report = (news: ChatReport, from = chat, atMs = NOON_MS): ClientEvent => ({
  ...news,
  chat: from,
  atMs,
});
export const closed = report({ type: 'chat.closed' });
export const broken = report({ type: 'chat.closed', reason: 'the connection was cut' as DisplayText });
export const accepted = report({ type: 'call.accepted' });
export const placed = report({ type: 'call.placed' });
export const sent = (text: string, cut = false) =>
  report({ type: 'message.sent', text: text as DisplayText, cut });
export const received = (text: string, cut = false, from = chat) =>
  report({ type: 'message.received', text: text as DisplayText, cut }, from);

/** A client in a chat that it was called into. */
export function chatting(): Client {
  const client = new Client(alice).on(callFromBob).types('y');
  client.look();
  return client;
}
