import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import {
  type AnyStateNode,
  createActor,
  fromPromise,
  fromTransition,
  type InspectionEvent,
  SimulatedClock,
} from 'xstate';
import { clientMachine } from '../../../machines/client/client.js';
import type { ClientEvent, ServerRequest } from '../../../machines/client/client-setup.js';
import type { ServerReply } from '../../../machines/client/events.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import type { UserId } from '../../../protocol/id.js';
import { Random } from '../../chaos/random.js';
import {
  alice,
  bob,
  bobOffline,
  bobOnline,
  buddies,
  callFrom,
  NOON_MS,
  report,
} from '../../helpers/stepped-client.js';

/** How many walks there are, and how long each is. */
const WALKS = 600;
const STEPS = 60;

/** Of so many steps one is anything at all; the others are what the state can do something with. */
const ANYTHING = 10;

const carl = 'carl' as UserId;
const neighbour = () => createActor(fromTransition((state: object) => state, {})).start();
const chat = neighbour() as never;
const otherChat = neighbour() as never;

/** What the server answers, by the id that is asked for. */
const askServer = fromPromise<ServerReply, ServerRequest>(({ input: { ids } }) => {
  if (ids.includes('nobody')) return Promise.reject(new Error('nothing listens there'));
  const done = !ids.includes('taken');
  return Promise.resolve({ line: (done ? '200 OK' : '203 USER EXISTS') as DisplayText, done });
});

const machine = clientMachine.provide({ actors: { askServer } });

const typed = 'r l a d m s w h b x z y n q bob carl taken nobody'.split(' ').concat('', 'two words', '!');
const reason = 'the connection was cut' as DisplayText;
const text = 'hello' as DisplayText;

function eventsAt(atMs: number): readonly ClientEvent[] {
  const chats = [chat, otherChat];
  return [
    ...typed.map((value) => ({ type: 'prompt.answered', value }) as const),
    ...chats.flatMap((each) => [
      callFrom(bob, '192.0.2.7', each, atMs),
      callFrom(undefined, '192.0.2.9', each, atMs),
      callFrom(carl, '192.0.2.8', each, atMs),
      ...[
        { type: 'call.placed' } as const,
        { type: 'call.ringing' } as const,
        { type: 'call.accepted' } as const,
        { type: 'call.refused' } as const,
        { type: 'call.failed', reason } as const,
        { type: 'message.received', text, cut: false } as const,
        { type: 'message.sent', text, cut: false } as const,
        { type: 'message.failed', text } as const,
        { type: 'message.lost', text } as const,
        { type: 'chat.closed' } as const,
        { type: 'chat.closed', reason } as const,
      ].map((news) => report(news, each, atMs)),
    ]),
    buddies(bobOnline),
    buddies(bobOffline),
    { type: 'buddies.timed-out' },
    { type: 'server.lost' },
    { type: 'server.found' },
    { type: 'blocked.changed', names: ['carl'] },
    { type: 'archive.failed', task: 'history.read', reason },
    { type: 'archive.failed', task: 'blocked.write', reason },
    { type: 'history.found', buddy: carl, search: '', messages: [] },
    { type: 'user.idled' },
    { type: 'user.returned' },
    { type: 'terminal.opened' },
  ];
}

const says = (value: string): ClientEvent => ({ type: 'prompt.answered', value });

/** Where walks begin: chance would seldom come there. */
const BEGINNINGS: readonly (readonly ClientEvent[])[] = [
  [],
  [{ type: 'blocked.changed', names: ['carl'] }],
  [
    says('m'),
    says('bob'),
    buddies(bobOnline),
    report({ type: 'call.placed' }, chat),
    report({ type: 'call.ringing' }, chat),
  ],
  [buddies(bobOnline), says('m'), says('bob'), { type: 'buddies.timed-out' }],
  [says('m'), says('bob'), { type: 'input.exhausted' }, buddies(bobOnline)],
  [callFrom(bob, '192.0.2.7', chat), says('y'), says('hello')],
];

/** Events that end a walk, or change all of the rest of it. */
const ENDS: readonly ClientEvent[] = [
  { type: 'input.exhausted' },
  { type: 'input.ended' },
  { type: 'shutdown.requested' },
];

/** Walks through the chart at random; returns the names of the transitions and states that it came through. */
async function walk(seed: number, seen: Set<string>): Promise<void> {
  const random = new Random(seed);
  const clock = new SimulatedClock();
  const client = createActor(machine, {
    clock,
    inspect: (event) => note(event, seen),
    input: {
      terminal: neighbour() as never,
      heartbeat: neighbour() as never,
      chats: neighbour() as never,
      archive: neighbour() as never,
      isInteractive: seed % 2 === 0,
      user: seed % 3 === 0 ? undefined : alice,
      status: 100,
    },
  });
  client.start();
  for (const event of random.pick(BEGINNINGS)) client.send(event);
  for (let step = 0; step < STEPS && client.getSnapshot().status === 'active'; step++) {
    const all = eventsAt(NOON_MS + step * 10_000);
    const possible = all.filter((event) => client.getSnapshot().can(event));
    const events = random.below(ANYTHING) === 0 || possible.length === 0 ? all : possible;
    if (random.below(8) === 0) clock.increment(random.below(2) === 0 ? 5_000 : 60_000);
    else if (random.below(STEPS) === 0) client.send(random.pick(ENDS));
    else client.send(random.pick(events));
    if (client.getSnapshot().matches({ waiting: 'forReply' }) && random.below(2) === 0) await turn();
  }
  client.stop();
}

interface Microstep {
  readonly _transitions?: readonly {
    readonly source: { readonly id: string };
    readonly eventType: string;
    readonly guard?: unknown;
  }[];
}

function note(event: InspectionEvent, seen: Set<string>): void {
  if (event.type !== '@xstate.microstep') return;
  for (const transition of (event as unknown as Microstep)._transitions ?? []) seen.add(nameOf(transition));
}

/** Transitions of the same state for the same event differ by their place. */
function nameOf(transition: object): string {
  const name = NAMES.get(transition);
  return name ?? 'another';
}

const NAMES = new Map<object, string>();
nameAll(machine.root as AnyStateNode);

function nameAll(node: AnyStateNode): void {
  const all = [...node.transitions.values(), node.always ?? []];
  for (const transitions of all) {
    for (const [place, transition] of transitions.entries())
      NAMES.set(transition, `${node.id} on ${transition.eventType || 'entry'} #${place}`);
  }
  for (const child of Object.values(node.states)) nameAll(child);
}

test('walks at random come through every transition of the chart, and no event breaks it', async (t) => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= WALKS; seed++) await walk(seed, seen);
  const missed = [...NAMES.values()].filter((name) => !seen.has(name));
  t.deepEqual(missed, []);
});
