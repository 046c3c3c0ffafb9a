import test, { type ExecutionContext } from 'ava';
import type { AnyActorRef } from 'xstate';
import { stateOf } from '../../../inspector/server/actor-sight.js';
import { type Disclosure, EVERYTHING, NO_CONTENT } from '../../../inspector/server/disclosure.js';
import type { ActorView, Frame, Message } from '../../../inspector/server/frame.js';
import { Watch } from '../../../inspector/server/watch.js';
import { terminateChild } from '../../../supervision/administration.js';
import { child } from '../../../supervision/child-spec.js';
import type { LifecycleEvent } from '../../../supervision/lifecycle.js';
import { addressOf, nameOf } from '../../../supervision/mailbox.js';
import { run } from '../../../supervision/run.js';
import { supervisor } from '../../../supervision/supervisor.js';
import { type WorkerEvent, worker } from '../../helpers/actors.js';
import { ask, dial, PresenceClient, until } from '../../helpers/network.js';
import { crash, current, serve, type TestServer } from '../../helpers/server.js';

interface Watched extends TestServer {
  readonly watch: Watch;
  /** What happened since the last frame. */
  frame(): Frame;
}

async function watched(t: ExecutionContext, disclosure: Disclosure = NO_CONTENT): Promise<Watched> {
  const watch = new Watch('im-server', disclosure);
  const running = await serve(t, { onEmitted: (event) => watch.record(event) });
  watch.root = running.server.root;
  return { ...running, watch, frame: () => watch.frame(true) as Frame };
}

function actorAt({ actors = [] }: Frame, path: string): ActorView {
  const found = actors.find((actor) => actor.path === path);
  if (found === undefined) throw new Error(`no actor at ${path}: ${actors.map((actor) => actor.path)}`);
  return found;
}

function textOf({ from, to, type }: Message): string {
  const short = (path: string | undefined) => path?.split('/').at(-1) ?? 'outside';
  return `${short(from)} > ${short(to)}: ${type}`;
}

const CONNECTION = 'im-server/tcp/connections/connection';

async function untilThere(actors: () => AnyActorRef[]): Promise<[AnyActorRef, ...AnyActorRef[]]> {
  await until(() => actors().length > 0);
  return actors() as [AnyActorRef, ...AnyActorRef[]];
}

test('the tree is known before a browser connects, parents before their children', async (t) => {
  const { frame } = await watched(t);
  const { actors = [] } = frame();
  const paths = actors.map(({ path }) => path);
  t.deepEqual(
    new Set(paths),
    new Set([
      'im-server',
      ...['store', 'presence', 'sessions', 'udp', 'tcp', 'tcp/connections', 'tcp/listener'].map(
        (path) => `im-server/${path}`,
      ),
    ]),
  );
  for (const { path, parent } of actors)
    t.true(parent === undefined || paths.indexOf(parent) < paths.indexOf(path));
  t.true(actors.every(({ status, restarts }) => status === 'up' && restarts === 0));
  t.is(actorAt(frame(), 'im-server/tcp').kind, 'supervisor');
  t.is(actorAt(frame(), 'im-server/store').kind, 'behaviour');
});

test('a registration is recorded from the listener to the store and back', async (t) => {
  const { watch, frame, tcp } = await watched(t);
  watch.begin();
  t.is(await ask(tcp, 'REG alice\r\n'), '200 OK\r\n');
  const messages: Message[] = [];
  const arrows: string[] = [];
  await until(() => {
    const { messages: more, transitions } = frame();
    messages.push(...more);
    arrows.push(...transitions.map(({ arrow, event }) => `${arrow} ${event}`));
    return messages.some(({ type }) => type === 'xstate.done.actor');
  });
  t.deepEqual(messages.map(textOf), [
    'listener > connections: child.start',
    'connections > connection: xstate.init',
    'connection > connection: request.received',
    'connection > store: change.commit',
    'store > connection: change.answered',
    'store > store: commit.finished',
    'outside > connection: socket.closed',
    'connection > connections: xstate.done.actor',
  ]);
  t.deepEqual(messages.find(({ type }) => type === 'change.answered')?.fields, { reply: 200 });
  t.deepEqual(arrows, [
    'connection.receiving>connection.committing request.received',
    'connection.committing>connection.replied change.answered',
    'connection.replied>connection.closed socket.closed',
  ]);
  t.notRegex(JSON.stringify(messages), /alice|127\.0\.0/);
});

test('with everything shown, a frame contains the registered id', async (t) => {
  const { watch, frame, tcp } = await watched(t, EVERYTHING);
  watch.begin();
  await ask(tcp, 'REG alice\r\n');
  t.regex(JSON.stringify(frame().messages), /"id":"alice"/);
});

test('a heartbeat is recorded', async (t) => {
  const { watch, frame, udp, tcp } = await watched(t);
  await ask(tcp, 'REG alice\r\n');
  watch.begin();
  const client = await PresenceClient.open(t, udp);
  await client.ask('GET alice\r\n');
  const messages = frame().messages.map(textOf);
  t.true(messages.includes('udp > presence: presence.asked'), messages.join('\n'));
  t.true(messages.includes('presence > udp: presence.answered'), messages.join('\n'));
});

test('connections are one group, counted by state; members of a small group are listed', async (t) => {
  const { watch, frame, tcp, actors } = await watched(t);
  await dial(tcp);
  await until(() => actors('connection').length === 1);
  watch.begin();
  await dial(tcp);
  await until(() => actorAt(frame(), CONNECTION).group?.states['receiving'] === 2);
  const { kind, machine, group } = actorAt(frame(), CONNECTION);
  t.is(kind, 'group');
  t.is(machine, 'connection');
  t.like(group, { live: 2, started: 2, crashed: 0 });
  await until(() => (actorAt(frame(), CONNECTION).group?.members ?? []).length === 2);
  t.true(actorAt(frame(), CONNECTION).group?.members?.every(({ state }) => state === 'receiving'));
  for (let more = 0; more < 20; more++) await dial(tcp);
  await until(() => actorAt(frame(), CONNECTION).group?.live === 22);
  t.is(actorAt(frame(), CONNECTION).group?.members, undefined);
});

test('a crash shows as a restart, and its reason has no content of users', async (t) => {
  const running = await watched(t);
  const { watch, frame } = running;
  watch.begin();
  crash(current(running, 'presence'));
  await until(() => actorAt(frame(), 'im-server/presence').restarts === 1);
  t.is(actorAt(frame(), 'im-server/presence').status, 'up');
  const entries = watch.past.filter(({ path }) => path === 'im-server/presence').slice(1);
  t.deepEqual(
    entries.map(({ what, why, error }) => [what, why, error]),
    [
      ['ended', 'crashed', 'Error'],
      ['restarting', 'restart 1 after 1 ms', undefined],
      ['started', undefined, undefined],
    ],
  );
});

test('when a supervisor crashes, its children count as restarted, and no connection is left', async (t) => {
  const running = await watched(t);
  const { watch, frame, tcp, actors } = running;
  watch.begin();
  await dial(tcp);
  await until(() => actors('connection').length === 1);
  crash(current(running, 'tcp'));
  await until(() => actorAt(frame(), 'im-server/tcp').restarts === 1);
  t.is(actorAt(frame(), 'im-server/tcp/listener').restarts, 1);
  t.like(actorAt(frame(), CONNECTION).group, { live: 0, started: 1, states: {} });
});

test('ten of many similar messages are kept, the rest are counted; a rare message is kept', async (t) => {
  const running = await watched(t);
  const { watch, frame, udp, tcp } = running;
  await ask(tcp, 'REG alice\r\n');
  watch.begin();
  const client = await PresenceClient.open(t, udp);
  for (let number = 0; number < 100; number++) await client.ask('GET alice\r\n');
  await ask(tcp, 'REG bob\r\n');
  const { messages, untold, actors } = frame();
  t.is(messages.filter(({ type }) => type === 'presence.asked').length, 10);
  t.true(untold >= 180, `${untold}`);
  t.true(messages.map(textOf).includes('connection > store: change.commit'));
  t.is(actorAt({ ...frame(), actors: actors ?? [] }, 'im-server/udp').received, 100);
  t.is(frame().untold, 0, 'the next frame does not count the same messages again');
});

test('nothing is recorded while no browser is connected', async (t) => {
  const { watch, frame, tcp } = await watched(t);
  await ask(tcp, 'REG alice\r\n');
  t.deepEqual(frame().messages, []);
  watch.begin();
  watch.end();
  await ask(tcp, 'REG bob\r\n');
  const { messages, transitions, lives, untold } = frame();
  t.deepEqual(
    { messages, transitions, lives, untold },
    { messages: [], transitions: [], lives: [], untold: 0 },
  );
});

test('when nothing happens there is no frame', async (t) => {
  const { watch } = await watched(t);
  t.truthy(watch.frame(false), 'the first frame has the tree');
  t.is(watch.frame(false), undefined);
});

test('the system is not disturbed if the recorder always throws', async (t) => {
  const boom = (): never => {
    throw new Error('boom');
  };
  const { watch, tcp, udp, log } = await watched(t, { fieldsOf: boom, errorText: boom });
  watch.begin();
  for (let number = 0; number < 5; number++) t.is(await ask(tcp, `REG user${number}\r\n`), '200 OK\r\n');
  const client = await PresenceClient.open(t, udp);
  t.is(await client.ask('GET user1\r\n'), '');
  t.true(log.fieldsOf('failed').length > 0, 'the failures were logged');
});

test('a crash among many connections is recorded', async (t) => {
  const running = await watched(t);
  const { watch, frame, tcp } = running;
  watch.begin();
  await Promise.all(Array.from({ length: 200 }, () => ask(tcp, 'REG alice\r\n')));
  crash(current(running, 'presence'));
  await until(() => running.starts('presence') === 2);
  const { lives, untold } = frame();
  t.true(untold > 0, 'there was more than the frame contains');
  const presence = lives.filter(({ path }) => path === 'im-server/presence').map(({ what }) => what);
  t.deepEqual(presence, ['ended', 'restarting', 'started']);
});

test('if a connection was made before the recording began, its next transition is recorded', async (t) => {
  const { watch, frame, tcp, actors } = await watched(t);
  const socket = await dial(tcp);
  socket.write('XXX\r\n');
  const [connection] = await untilThere(() => actors('connection'));
  await until(() => stateOf(connection) === 'replied');
  watch.begin();
  await until(() => actorAt(frame(), CONNECTION).group?.states['replied'] === 1);
  socket.destroy();
  const arrows: string[] = [];
  await until(() => {
    arrows.push(...frame().transitions.map(({ arrow }) => arrow));
    return actorAt(frame(), CONNECTION).group?.live === 0;
  });
  t.deepEqual(arrows, ['connection.replied>connection.closed']);
});

test("if a browser connects before the system starts, it gets the system's messages", async (t) => {
  const watch = new Watch('im-server', NO_CONTENT);
  watch.begin();
  const { server, tcp } = await serve(t, { onEmitted: (event) => watch.record(event) });
  watch.root = server.root;
  await ask(tcp, 'REG alice\r\n');
  t.true(watch.frame(true)?.messages.some(({ type }) => type === 'change.commit'));
});

test('an ended tree keeps its last statuses: crashed, failed and shut down', async (t) => {
  const log: string[] = [];
  const inner = supervisor({
    strategy: 'one_for_one',
    limits: { intensity: 0, periodMs: 1_000 },
    children: [
      child({ id: 'a', logic: worker('a', { log }) }),
      child({ id: 'b', logic: worker('b', { log }) }),
    ],
  });
  const limits = { intensity: 0, periodMs: 1_000 };
  const logic = supervisor({
    strategy: 'one_for_one',
    limits,
    children: [child({ id: 'inner', logic: inner })],
  });
  const watch = new Watch('program', NO_CONTENT);
  const actors = new Map<string, AnyActorRef>();
  const tree = run(logic, {
    onEmitted(event) {
      if (event.type === 'child.started') actors.set(event.id, event.actor);
      watch.record(event as LifecycleEvent);
    },
  });
  watch.root = tree.root;
  t.true(await tree.ready);
  actors.get('a')?.send({ type: 'crash' });
  t.truthy((await tree.ended).error);
  const frame = watch.frame(true) as Frame;
  t.is(actorAt(frame, 'program').status, 'crashed');
  t.is(actorAt(frame, 'program/inner/a').status, 'failed');
  t.is(actorAt(frame, 'program/inner/b').status, 'shut_down');
});

test('refused messages are logged under their actor; a flood leaves one entry for each actor', async (t) => {
  const address = { stashLimit: 0 };
  const inner = supervisor({ children: [child({ id: 'a', logic: worker('a', { log: [] }) })] });
  const children = [
    child({ id: 'inner', logic: inner }),
    child({ id: nameOf<WorkerEvent>('b'), logic: worker('b', { log: [] }), address }),
  ];
  const watch = new Watch('program', NO_CONTENT);
  const tree = run(supervisor({ children }), {
    onEmitted: (event) => watch.record(event as LifecycleEvent),
  });
  watch.root = tree.root;
  t.true(await tree.ready);
  await terminateChild(tree.root, 'b');
  watch.begin();
  watch.frame(true);
  addressOf<WorkerEvent>(tree.root.system, nameOf('b')).send({ type: 'finish' });
  const refused = { path: 'program/b', what: 'messages refused' } as const;
  t.like(watch.frame(true)?.lives, [{ ...refused, why: 'full: finish' }]);

  const event = { type: 'message.refused', reason: 'full', message: 'note', count: 7 } as const;
  for (let second = 0; second < 1_000; second++) watch.record({ ...event, address: 'b' });
  watch.record({ ...event, address: 'a', reason: 'closed' });
  watch.record({ ...event, address: undefined });
  t.like(
    watch.past.filter(({ what }) => what === 'messages refused').map(({ path, why }) => ({ path, why })),
    [
      { path: 'program/b', why: 'full: 7, last note' },
      { path: 'program/inner/a', why: 'closed: 7, last note' },
      { path: 'program', why: 'full: 7, last note' },
    ],
  );
  t.true(watch.past.some(({ what, path }) => what === 'started' && path === 'program/inner/a'));
  t.true((watch.frame(true)?.lives.length ?? 0) <= 200);
  tree.shutdown();
  await tree.ended;
});
