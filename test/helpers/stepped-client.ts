/**
 * Steps the client's statechart and call control together. Their neighbours only log the events they receive.
 */

import { type EventObject, initialTransition, type SnapshotFrom, transition } from 'xstate';
import { callControlMachine } from '../../machines/client/call-control.js';
import { type CallControlEvent, PATIENCE_MS } from '../../machines/client/call-control-context.js';
import type { CallCrowded, ChatReport, ConnectionReport } from '../../machines/client/call-events.js';
import { clientMachine } from '../../machines/client/client.js';
import type { ClientEvent, ClientInput } from '../../machines/client/client-context.js';
import type { ServerReply, TerminalCommand } from '../../machines/client/events.js';
import type { Buddy } from '../../protocol/buddy-list.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import { MENU_REMINDER, statusLines } from '../../terminal/presence-lines.js';
import { terminalLinesOf, terminalPromptOf } from '../../terminal/terminal-words.js';
import { alertText, linesOf, promptOf } from '../../terminal/words.js';

export const alice = 'alice' as UserId;
export const bob = 'bob' as UserId;
const endpoint = { address: '192.0.2.7', port: 4_000 };
export const bobOnline: Buddy = { id: bob, status: 100, endpoint };
export const bobOffline: Buddy = { id: bob, status: 101, endpoint: undefined };

/** Stands for a connection. It has an id that the log can show. */
const chat = { id: 'chat' } as never;
export const otherChat = { id: 'other chat' } as never;

const REPLY_ACTOR = '0.client.waiting.forReply';

/** An effect of a machine, as `transition` returns it. */
interface Effect {
  readonly type: string;
  readonly params?: unknown;
}

/** A client whose neighbours only log the events they receive. */
export class Client {
  #client: SnapshotFrom<typeof clientMachine>;
  #control: SnapshotFrom<typeof callControlMachine>;
  /** The mailboxes of the two machines. As in XState, a machine handles one event at a time. */
  readonly #mailboxes = { owner: new Mailbox(), 'call control': new Mailbox() };
  #log: string[] = [];
  #status: readonly string[] = [];
  readonly #words: { readonly linesOf: typeof linesOf; readonly promptOf: typeof promptOf };

  /** Number of times that the whole menu was shown or explained. */
  menus = 0;
  /** Number of closed prompts. */
  closedPrompts = 0;

  constructor(user?: UserId, isInteractive = false) {
    this.#words = isInteractive
      ? { linesOf: terminalLinesOf, promptOf: terminalPromptOf }
      : { linesOf, promptOf };
    const neighbour = (id: string) => ({ id }) as never;
    const input: ClientInput = {
      terminal: neighbour('terminal'),
      heartbeat: neighbour('heartbeat'),
      callControl: neighbour('call control'),
      archive: neighbour('archive'),
      isInteractive,
      user,
      attendance: 'here',
    };
    const [control] = initialTransition(callControlMachine, {
      owner: neighbour('owner'),
      chats: neighbour('chats'),
      control: neighbour('call control'),
      patienceMs: PATIENCE_MS,
      maxLines: 1_000,
      maxHeldLines: 1,
      blocked: [],
      speakers: [],
      lastCall: 0,
    });
    const [client, actions] = initialTransition(clientMachine, input);
    this.#control = control;
    this.#client = client;
    this.#run(actions);
  }

  get state(): unknown {
    return this.#client.value;
  }

  get control(): unknown {
    return this.#control.value;
  }

  get user(): UserId | undefined {
    return this.#client.context.user;
  }

  /** The lines of the status, without the menu's line. */
  get status(): readonly string[] {
    return this.#status.filter((line) => line !== this.menuLine);
  }

  /** The menu's line in the status. */
  get menuLine(): string | undefined {
    return this.#status.find((line) => line.endsWith(MENU_REMINDER));
  }

  /** Drains the log of sent events. Omits the menu, the status and the closing of prompts. */
  look(): string[] {
    const omitted = / {2}[A-Z?] - |^terminal: $|prompt\.close$|^archive <- blocked\.get$/;
    return this.#log.splice(0).filter((entry) => !omitted.test(entry));
  }

  on(...events: readonly (ClientEvent | ConnectionReport | CallCrowded)[]): this {
    for (const event of events) {
      this.#deliver(isOfConnection(event) ? 'call control' : 'owner', event);
    }
    return this;
  }

  types(...values: readonly string[]): this {
    return this.on(...values.map((value) => ({ type: 'prompt.answered', value }) as const));
  }

  serverReplies(line: string, more: Pick<ServerReply, 'registration'> = {}): this {
    const output: ServerReply = { line: line as DisplayText, done: line.startsWith('200'), ...more };
    return this.on({ type: `xstate.done.actor.${REPLY_ACTOR}`, actorId: REPLY_ACTOR, output } as never);
  }

  serverFails(reason: string): this {
    return this.on({
      type: `xstate.error.actor.${REPLY_ACTOR}`,
      actorId: REPLY_ACTOR,
      error: new Error(reason),
    } as never);
  }

  /** Lets the minute for accepting a call pass. */
  minuteIn(state: 'ringing' | 'calling'): this {
    return this.#expire(`patience.call-control.${state}`);
  }

  /** Lets 5 s pass in which the network takes no line. */
  stalls(): this {
    this.#deliver('call control', { type: 'stall.passed' });
    return this;
  }

  /** Lets 60 s pass in which the network takes no line. */
  isAbandoned(): this {
    return this.#expire('stallPatience.call-control.talking.stalled');
  }

  #expire(delay: string): this {
    this.#deliver('call control', { type: `xstate.after.${delay}` });
    return this;
  }

  #deliver(to: 'owner' | 'call control', event: EventObject): void {
    this.#mailboxes[to].deliver(event, (next) => {
      if (to === 'owner') {
        const [snapshot, effects] = transition(clientMachine, this.#client, next as ClientEvent);
        this.#client = snapshot;
        this.#run(effects);
      } else {
        const [snapshot, effects] = transition(callControlMachine, this.#control, next as CallControlEvent);
        this.#control = snapshot;
        this.#run(effects);
      }
    });
  }

  #run(effects: readonly Effect[]): void {
    for (const { type, params } of effects) {
      if (type === 'xstate.sendTo') this.#send(params as { to: { id: string }; event: EventObject });
      if (type === 'xstate.emit') this.#log.push(`emits ${(params as { event: EventObject }).event.type}`);
      if (type === 'xstate.spawnChild') {
        const { op, ids } = (params as { input: { op: string; ids: string[] } }).input;
        this.#log.push(`server: ${[op, ...ids].join(' ')}`);
      }
    }
  }

  #send({ to: { id }, event }: { readonly to: { readonly id: string }; readonly event: EventObject }): void {
    if (id === 'owner' || id === 'call control') this.#deliver(id, event);
    else if (id === 'terminal') this.#show(event as TerminalCommand);
    else this.#write(id, event);
  }

  #show(command: TerminalCommand): void {
    switch (command.type) {
      case 'notice.say':
        if (/^menu/.test(command.notice.say)) this.menus += 1;
        for (const line of this.#words.linesOf(command.notice)) this.#log.push(`terminal: ${line}`);
        return;
      case 'message.show':
        this.#log.push(`terminal! ${command.message.name}: ${command.message.text}`);
        return;
      case 'status.show':
        this.#status = statusLines(command.status);
        return;
      case 'alert.raise':
        this.#log.push(`terminal <- alert.raise ${alertText(command.alert)}`);
        return;
      case 'key-dialog.open':
        this.#log.push(`terminal <- key-dialog.open ${command.id}`);
        return;
      case 'prompt.open':
        this.#log.push(`terminal? ${this.#words.promptOf(command.question).text}`);
        return;
      case 'prompt.close':
        this.closedPrompts += 1;
        this.#log.push('terminal <- prompt.close');
        return;
    }
  }

  #write(neighbour: string, event: EventObject): void {
    const { id, status, buddy, name, search, text } = event as EventObject & Record<string, unknown>;
    const values = [id, status, buddy, name, search, text].filter(Boolean);
    this.#log.push([`${neighbour} <- ${event.type}`, ...values].join(' '));
  }
}

class Mailbox {
  readonly #events: EventObject[] = [];
  #isProcessing = false;

  deliver(event: EventObject, process: (event: EventObject) => void): void {
    this.#events.push(event);
    if (this.#isProcessing) return;
    this.#isProcessing = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) process(next);
    this.#isProcessing = false;
  }
}

function isOfConnection(
  event: ClientEvent | ConnectionReport | CallCrowded,
): event is ConnectionReport | CallCrowded {
  return 'chat' in event || event.type === 'call.crowded';
}

export const MENU = 'terminal? Your choice: ';
export const TIMED_OUT: ClientEvent = { type: 'buddies.timed-out', silence: { cause: 'unregistered' } };
export const LOST: ClientEvent = { type: 'server.lost', silence: { cause: 'down' } };
export const NOON_MS = new Date(2026, 10, 26, 12, 0).getTime();

/**
 * A call by a user, or by a caller without an id. `atMs` is also the time of the monotonic clock.
 */
export function callFrom(
  caller: UserId | undefined,
  address = '192.0.2.7',
  from = chat,
  atMs = NOON_MS,
): ConnectionReport {
  return {
    type: 'call.received',
    chat: from,
    caller,
    address: address as DisplayText,
    atMs,
    uptimeMs: atMs,
  };
}

export const callFromBob = callFrom(bob);
export const otherCall = callFrom(undefined, '192.0.2.9', otherChat);
export const buddies = (...list: readonly Buddy[]): ClientEvent => ({
  type: 'buddies.received',
  buddies: list,
  atMs: NOON_MS,
});
export const report = (event: ChatReport, from = chat, atMs = NOON_MS): ConnectionReport => ({
  ...event,
  chat: from,
  atMs,
  uptimeMs: atMs,
});
export const closed = report({ type: 'chat.closed' });
export const left = report({ type: 'peer.left' });
export const broken = report({ type: 'chat.closed', reason: 'the connection was cut' as DisplayText });
export const accepted = report({ type: 'call.accepted' });
export const placed = report({ type: 'call.placed', call: 1 });
/** The report that a connection exists for the call with this number. */
export const placedAs = (call: number) => report({ type: 'call.placed', call });
export const sent = (text: string, cut = false) =>
  report({ type: 'message.sent', text: text as DisplayText, cut });
export const received = (text: string, cut = false, from = chat) =>
  report({ type: 'message.received', text: text as DisplayText, cut }, from);

/** A client in a chat after accepting a call. */
export function chatting(): Client {
  const client = new Client(alice).on(callFromBob).types('y');
  client.look();
  return client;
}
