/**
 * Tests the rule of one peer at a time in both kinds of client. The same list of events is played to the
 * statechart of a person's client and to the agent of a program's client, each with call control. Both must
 * send the same commands to their connections.
 */

import test from 'ava';
import {
  type ActorRef,
  type AnyActorRef,
  createActor,
  type EventObject,
  fromTransition,
  SimulatedClock,
  type Snapshot,
} from 'xstate';
import { agentLogic, type ClientNotice } from '../../../actors/client/agent.js';
import type { Call } from '../../../actors/client/call-handles.js';
import { Inbox } from '../../../actors/client/inbox.js';
import type { Chat } from '../../../actors/client/open-chat.js';
import { callControlMachine } from '../../../machines/client/call-control.js';
import { PATIENCE_MS } from '../../../machines/client/call-control-context.js';
import type { ChatReport } from '../../../machines/client/call-events.js';
import { clientMachine } from '../../../machines/client/client.js';
import type { Buddy } from '../../../protocol/buddy-list.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import type { UserId } from '../../../protocol/id.js';

type Address = ActorRef<Snapshot<unknown>, EventObject>;

/** One of the two clients, with call control and connections that only record what they receive. */
interface Program {
  /** The events that the connections and their supervisor received. */
  readonly log: readonly string[];
  /** What was reported to the user: that the buddy does not read, and the lines that did not arrive. */
  readonly told: readonly string[];
  /** Makes the owner do something that a person or a program can do. */
  does(deed: Deed): Promise<void>;
  reports(connection: string, report: ChatReport): void;
  passes(ms: number): void;
}

type Deed =
  | { readonly do: 'accept' | 'reject' | 'leave' | 'call' }
  | { readonly do: 'say'; readonly text: string }
  | { readonly do: 'block'; readonly names: readonly string[] };

const alice = 'alice' as UserId;
const bob = 'bob' as UserId;
const endpoint = { address: '192.0.2.7', port: 4_000 };

/** An actor that passes its events to a callback. */
function address(handle: (event: EventObject) => void): Address {
  const logic = fromTransition((state: object, event: EventObject) => {
    handle(event);
    return state;
  }, {});
  return createActor(logic).start() as unknown as Address;
}

/** Call control with its connections. The owner of call control is set later, with `setOwner`. */
function underControl(maxLines: { readonly maxLines: number; readonly maxHeldLines: number }) {
  const clock = new SimulatedClock();
  const log: string[] = [];
  const connections = new Map<string, AnyActorRef>();
  let owner: Address | undefined;
  let uptimeMs = 0;
  const connection = (name: string): AnyActorRef => {
    const known = connections.get(name);
    if (known !== undefined) return known;
    const made = address(({ type, ...rest }) => {
      const text = 'text' in rest ? ` ${rest.text}` : '';
      log.push(`${name} <- ${type}${text}`);
    }) as unknown as AnyActorRef;
    connections.set(name, made);
    return made;
  };
  const control = createActor(callControlMachine, {
    clock,
    input: {
      owner: address((event) => owner?.send(event)) as never,
      chats: address(({ type }) => log.push(`chats <- ${type}`)) as never,
      control: address((event) => control.send(event as never)) as never,
      patienceMs: PATIENCE_MS,
      blocked: [],
      speakers: [],
      lastCall: 0,
      ...maxLines,
    },
  });
  control.start();
  return {
    clock,
    log,
    control,
    setOwner(actor: AnyActorRef) {
      owner = actor as unknown as Address;
    },
    reports(name: string, report: ChatReport) {
      control.send({ ...report, chat: connection(name), atMs: uptimeMs, uptimeMs });
    },
    passes(ms: number) {
      uptimeMs += ms;
      clock.increment(ms);
    },
  };
}

function personsClient(): Program {
  const below = underControl({ maxLines: 1_000, maxHeldLines: 1 });
  const told: string[] = [];
  const client = createActor(clientMachine, {
    clock: below.clock,
    input: {
      terminal: address((event) => {
        const { notice } = event as { readonly notice?: { readonly say: string; readonly text?: string } };
        if (notice?.say === 'buddyDoesNotRead') told.push('stalled');
        if (notice?.say === 'notSent' || notice?.say === 'notConfirmed') told.push(`${notice.text}`);
      }) as never,
      heartbeat: address(() => {}) as never,
      callControl: below.control as never,
      archive: address(() => {}) as never,
      isInteractive: false,
      user: alice,
      attendance: 'here',
    },
  });
  below.setOwner(client);
  client.start();
  const types = (value: string) => client.send({ type: 'prompt.answered', value });
  return {
    ...below,
    told,
    async does(deed) {
      if (deed.do === 'accept') types('y');
      if (deed.do === 'reject') types('n');
      if (deed.do === 'leave') types('q');
      if (deed.do === 'say') types(deed.text);
      if (deed.do === 'block') client.send({ type: 'blocked.changed', names: deed.names });
      if (deed.do !== 'call') return;
      types('m');
      types('bob');
      client.send({ type: 'buddies.received', buddies: [{ id: bob, status: 100, endpoint }], atMs: 0 });
    },
  };
}

function programsClient(): Program {
  const below = underControl({ maxLines: 1_000, maxHeldLines: 1_000 });
  const told: string[] = [];
  const calls = new Inbox<Call>();
  let chat: Chat | undefined;
  const opened = (next: Chat) => {
    chat = next;
    next.closed.then(({ lost }) => told.push(...lost));
  };
  const agent = createActor(agentLogic, {
    clock: below.clock,
    input: {
      user: alice,
      heartbeat: address(() => {}) as never,
      callControl: below.control as never,
      calls,
      watchers: new Set<Inbox<readonly Buddy[]>>(),
      onNotice: ({ type }: ClientNotice) => {
        if (type === 'peer.stalled') told.push('stalled');
      },
    },
  });
  below.setOwner(agent);
  agent.start();
  return {
    ...below,
    told,
    async does(deed) {
      if (deed.do === 'block') below.control.send({ type: 'callers.block', names: deed.names });
      if (deed.do === 'leave') chat?.leave();
      if (deed.do === 'say') chat?.send(deed.text).catch(() => told.push(deed.text));
      if (deed.do === 'call') {
        const request = { buddy: bob, endpoint, onProgress: undefined, resolve: opened, reject: () => {} };
        agent.send({ type: 'call.request', request });
      }
      if (deed.do !== 'accept' && deed.do !== 'reject') return;
      const { value: call } = await calls[Symbol.asyncIterator]().next();
      if (deed.do === 'reject') call?.reject();
      else opened((await call?.accept()) as Chat);
    },
  };
}

/** A deed of the owner, a report of a connection, or a time that passes, in milliseconds. */
type Step = Deed | readonly [connection: string, report: ChatReport] | number;

const text = (line: string) => line as DisplayText;
const callBy = (caller: string | undefined, from = '192.0.2.7'): ChatReport => ({
  type: 'call.received',
  caller: caller as UserId | undefined,
  address: text(from),
});
const closed: ChatReport = { type: 'chat.closed' };
const sent = (line: string): ChatReport => ({ type: 'message.sent', text: text(line), cut: false });

const STEPS: readonly Step[] = [
  // A call is accepted; another caller is refused; the report of an unknown connection changes nothing.
  ['bob', callBy('bob')],
  ['eve', callBy('eve', '192.0.2.9')],
  { do: 'accept' },
  ['carl', callBy('carl', '192.0.2.8')],
  ['eve', { type: 'message.received', text: text('spam'), cut: false }],
  { do: 'say', text: 'one' },
  ['bob', sent('one')],
  { do: 'leave' },
  ['bob', closed],

  // A call that the user does not answer is rejected after a minute.
  ['bob 2', callBy('bob')],
  60_000,
  ['bob 2', closed],

  // A buddy does not read: one line waits, and after a minute every line is reported.
  60_000,
  ['bob 3', callBy('bob')],
  { do: 'accept' },
  { do: 'say', text: 'two' },
  5_000,
  { do: 'say', text: 'three' },
  55_000,
  ['bob 3', { type: 'message.lost', text: 'before' }],
  ['bob 3', { type: 'message.failed', text: 'two' }],
  ['bob 3', { type: 'chat.closed', reason: text('your buddy does not read') }],

  // A buddy reads again in time.
  ['bob 4', callBy('bob')],
  { do: 'accept' },
  { do: 'say', text: 'four' },
  5_000,
  { do: 'say', text: 'five' },
  30_000,
  ['bob 4', sent('four')],
  ['bob 4', sent('five')],
  ['bob 4', { type: 'peer.left' }],
  ['bob 4', closed],

  // Blocked callers, and callers that rang in vain too often, are refused without asking the user.
  { do: 'block', names: ['mallory', '192.0.2.66'] },
  ['mallory', callBy('mallory')],
  ['66', callBy(undefined, '192.0.2.66')],
  ['n 1', callBy('nina', '192.0.2.50')],
  ['n 1', closed],
  ['n 2', callBy('nina', '192.0.2.50')],
  { do: 'reject' },
  ['n 2', closed],
  ['n 3', callBy('nina', '192.0.2.50')],
  ['n 3', closed],
  ['n 4', callBy('nina', '192.0.2.50')],

  // Outgoing calls: refused, given up after a minute, accepted too late, and accepted in time.
  { do: 'call' },
  ['out 1', { type: 'call.placed', call: 8 }],
  ['out 1', { type: 'call.refused' }],
  { do: 'call' },
  ['out 2', { type: 'call.placed', call: 9 }],
  ['dora', callBy('dora', '192.0.2.10')],
  60_000,
  ['out 2', { type: 'call.accepted' }],
  { do: 'call' },
  ['out 3', { type: 'call.placed', call: 10 }],
  ['out 3', { type: 'call.ringing' }],
  ['out 3', { type: 'call.accepted' }],
  { do: 'say', text: 'hello' },
  ['out 3', sent('hello')],
  { do: 'leave' },
  ['out 3', closed],
];

async function play(program: Program): Promise<void> {
  for (const step of STEPS) {
    if (typeof step === 'number') program.passes(step);
    else if ('do' in step) await program.does(step);
    else program.reports(...step);
    await new Promise(setImmediate);
  }
}

const EXPECTED = [
  'eve <- call.reject',
  'bob <- call.accept',
  'carl <- call.reject',
  'bob <- message.send one',
  'bob <- chat.leave',
  'bob 2 <- call.reject',
  'bob 3 <- call.accept',
  'bob 3 <- message.send two',
  'bob 3 <- chat.abandon',
  'bob 4 <- call.accept',
  'bob 4 <- message.send four',
  'bob 4 <- message.send five',
  'mallory <- call.cut',
  '66 <- call.cut',
  'n 2 <- call.reject',
  'n 4 <- call.cut',
  'chats <- child.start',
  'chats <- child.start',
  'dora <- call.reject',
  'out 2 <- chat.leave',
  'out 2 <- chat.leave',
  'chats <- child.start',
  'out 3 <- message.send hello',
  'out 3 <- chat.leave',
];

for (const [name, start] of [
  ['a person', personsClient],
  ['a program', programsClient],
] as const) {
  test(`the client of ${name} has one peer at a time, by the rules that both clients share`, async (t) => {
    const program = start();
    await play(program);
    t.deepEqual(program.log, EXPECTED);
  });

  test(`the client of ${name} reports a buddy who does not read, and every unconfirmed line`, async (t) => {
    const program = start();
    await play(program);
    t.deepEqual([...program.told].sort(), ['before', 'stalled', 'stalled', 'three', 'two']);
  });
}
