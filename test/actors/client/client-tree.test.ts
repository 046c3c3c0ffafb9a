import { tmpdir } from 'node:os';
import { PassThrough } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import type { AnyActorRef } from 'xstate';
import { startClient } from '../../../actors/client/client-tree.js';
import { BEAT_MS } from '../../../actors/client/heartbeat.js';
import type { UserId } from '../../../protocol/id.js';
import { openPlainConsole } from '../../../terminal/plain-console.js';
import { Archive } from '../../../user-files/archive.js';
import { ask, PresenceClient, until } from '../../helpers/network.js';
import { Peer } from '../../helpers/peer.js';
import { serve, TestLog } from '../../helpers/server.js';

function unreadable(): never {
  throw new Error('injected');
}

/** Alice's client in this process, with its keyboard and its screen. */
async function aliceHere(t: ExecutionContext) {
  const { tcp, udp } = await serve(t);
  for (const request of ['REG alice', 'REG bob', 'ADD bob alice']) await ask(tcp, `${request}\n`);
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  let screen = '';
  stdout.on('data', (chunk) => {
    screen += chunk;
  });
  const actors: AnyActorRef[] = [];
  const log = new TestLog();
  const client = startClient({
    server: '127.0.0.1',
    tcpPort: tcp,
    udpPort: udp,
    messagePort: 0,
    user: 'alice' as UserId,
    isInteractive: false,
    openArchive: () => new Archive({ directory: tmpdir(), keepsHistory: false }),
    openConsole: (listener) => openPlainConsole({ stdin: stdin as never, stdout: stdout as never }, listener),
    log,
    inspect: (event) => {
      if (event.type === '@xstate.actor') actors.push(event.actorRef as AnyActorRef);
    },
  });
  t.teardown(async () => {
    client.shutdown();
    await client.ended;
  });
  t.true(await client.ready);
  const presence = await PresenceClient.open(t, udp);
  let seen = 0;
  return {
    client,
    log,
    type: (line: string) => stdin.write(`${line}\n`),
    /** Waits for text on the screen, after the text that the previous call found. */
    async shows(text: string) {
      await until(() => screen.includes(text, seen));
      seen = screen.indexOf(text, seen) + text.length;
    },
    /** Crashes the latest actor of a kind and waits for the next one. */
    async crash(kind: string) {
      const isKind = ({ id }: AnyActorRef) => id.split(':')[0] === kind;
      const starts = () =>
        log.fieldsOf('started').filter((fields) => (fields as { child: string }).child === kind);
      const before = starts().length;
      // The statechart is not a behaviour: an event whose property throws crashes it.
      const poison =
        kind === 'client'
          ? Object.defineProperty({ type: 'buddies.received' }, 'buddies', { get: unreadable })
          : { type: 'behaviour.failed', error: new Error('injected') };
      actors.findLast(isKind)?.send(poison as never);
      await until(() => starts().length > before);
    },
    /** Crashes the chat, which is not restarted. */
    crashChat() {
      const chat = actors.findLast(({ id }) => id.startsWith('chat:'));
      chat?.send({ type: 'behaviour.failed', error: new Error('injected') } as never);
    },
    async callPort(): Promise<number> {
      for (;;) {
        const [, port] = (await presence.ask('GET bob')).match(/^alice 100 ONLINE \S+ (\d+)$/m) ?? [];
        if (port !== undefined) return Number(port);
      }
    },
  };
}

test('after a crash, the terminal shows its prompt again, and the chat goes on', async (t) => {
  const { callPort, crash, shows, type } = await aliceHere(t);
  const bob = await Peer.call(t, await callPort());
  await shows('(y/n)? ');
  type('y');
  t.is(await bob.line(), 'ACCEPT');
  await shows('> ');
  await crash('terminal');
  await shows('> ');
  type('still here');
  t.is(await bob.line(), 'still here');
});

test('after a crash, the heartbeat still announces the user and the port', async (t) => {
  const { callPort, crash, shows, type } = await aliceHere(t);
  const port = await callPort();
  await crash('heartbeat');
  type('s');
  await shows('My buddy list:');
  t.is(await callPort(), port);
});

test('after a crash, the listener for calls is restarted on the same port', async (t) => {
  const { callPort, crash, shows } = await aliceHere(t);
  const port = await callPort();
  await crash('calls');
  await Peer.call(t, port);
  await shows('(y/n)? ');
  t.pass();
});

test('when the supervisor of chats crashes, the chat ends, and the next call is offered', async (t) => {
  const { callPort, crash, shows, type } = await aliceHere(t);
  const port = await callPort();
  const bob = await Peer.call(t, port);
  await shows('(y/n)? ');
  type('y');
  await bob.line();
  await crash('chats');
  await shows('Signed in as alice.');
  t.is(await bob.line(), undefined);
  await Peer.call(t, port);
  await shows('(y/n)? ');
});

test('a crash of a chat ends the chat, and the menu opens again', async (t) => {
  const { callPort, crashChat, shows, type } = await aliceHere(t);
  const bob = await Peer.call(t, await callPort());
  await shows('(y/n)? ');
  type('y');
  await bob.line();
  crashChat();
  await shows('Buddy connection broke: the chat crashed.');
  await shows('Your choice: ');
});

test('after a crash of the statechart the user is still signed in, and no chat is left over', async (t) => {
  const { callPort, crash, shows, type } = await aliceHere(t);
  const bob = await Peer.call(t, await callPort());
  await shows('(y/n)? ');
  type('y');
  await bob.line();
  await crash('client');
  await shows('Signed in as alice.');
  await shows('Your choice: ');
  t.is(await bob.line(), undefined);
});

test('if the statechart crashes while a caller rings, the caller is rejected', async (t) => {
  const { callPort, crash, shows } = await aliceHere(t);
  const bob = await Peer.call(t, await callPort());
  bob.send('HELLO bob\n');
  await shows('(y/n)? ');
  await crash('client');
  t.is(await bob.line(), 'REJECT');
});

test('when the heartbeat crashes, a pending question is repeated immediately', async (t) => {
  const { crash, shows, type } = await aliceHere(t);
  type('s');
  const before = performance.now();
  await crash('heartbeat');
  await shows('My buddy list:');
  // The list is shown well before the next beat.
  t.true(performance.now() - before < BEAT_MS / 2);
});
