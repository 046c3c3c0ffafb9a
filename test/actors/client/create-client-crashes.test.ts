import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { Actor, type AnyActorRef } from 'xstate';
import type { Call } from '../../../actors/client/call-handles.js';
import { type Client, type CreateClientOptions, createClient } from '../../../actors/client/create-client.js';
import { ask, PresenceClient, until } from '../../helpers/network.js';
import { listenForCalls, Peer } from '../../helpers/peer.js';
import { crash, serve } from '../../helpers/server.js';

// A program cannot reach its client's actors, so this file records every actor that starts. The record is
// shared, so the tests are serial.
const started: AnyActorRef[] = [];
const { start } = Actor.prototype;
Actor.prototype.start = function recordedStart(this: Actor<never>) {
  started.push(this as unknown as AnyActorRef);
  return start.call(this);
};

/** The latest actor of a kind. */
function latest(kind: string): AnyActorRef | undefined {
  return started.findLast(({ id }) => id.startsWith(`${kind}:`));
}

/** Crashes the latest actor of a kind, and waits until the next one has taken its place. */
async function crashAndRestart(kind: string): Promise<void> {
  const before = latest(kind);
  crash(before);
  await until(() => latest(kind) !== before);
}

/** Alice's client, and a scripted bob on her list who takes calls. */
async function aliceAndBob(t: ExecutionContext, options: CreateClientOptions = {}) {
  const server = await serve(t);
  for (const request of ['REG alice', 'REG bob', 'ADD alice bob', 'ADD bob alice'])
    await ask(server.tcp, `${request}\n`);
  const bob = await listenForCalls(t);
  const presence = await PresenceClient.open(t, server.udp);
  const announce = async () => {
    presence.send(`SET bob 100 ONLINE ${bob.port}`);
    await presence.ask('GET bob');
  };
  await announce();
  const place = { server: '127.0.0.1', tcpPort: server.tcp, udpPort: server.udp, user: 'alice' };
  const alice: Client = createClient({ ...place, ...options });
  t.teardown(() => alice.close());
  await alice.buddies();
  return { alice, bob };
}

/** Checks that the client works: it asks, calls, and chats. */
async function works(
  t: ExecutionContext,
  { alice, bob }: Awaited<ReturnType<typeof aliceAndBob>>,
): Promise<void> {
  t.is((await alice.buddies())[0]?.id, 'bob' as never);
  const calling = alice.call('bob');
  const peer = await bob.called();
  t.regex((await peer.line()) ?? '', /^REQUEST alice \d+$/);
  peer.send('OK\n');
  const chat = await calling;
  await chat.send('still here');
  t.is(await peer.line(), 'still here');
  peer.send('so am I\n');
  for await (const { text } of chat) {
    t.is(text, 'so am I' as never);
    break;
  }
  const left = chat.leave();
  await peer.ended();
  peer.socket.end();
  await left;
}

test.serial('when the agent crashes, pending requests reject, and the client works again', async (t) => {
  const place = await aliceAndBob(t);
  const { alice, bob } = place;
  const watching = alice.watchBuddies()[Symbol.asyncIterator]();
  await watching.next();
  const calling = alice.call('bob');
  await bob.called();
  const rejected = t.throwsAsync(calling, { code: 'client.closed' });
  await crashAndRestart('client');
  await rejected;
  await works(t, place);
  const seen = watching.next();
  await alice.del('bob');
  await alice.buddies();
  t.deepEqual((await seen).value, [], 'a watcher still sees changes');
});

test.serial('when the agent crashes in a chat, the chat is over on both sides', async (t) => {
  const place = await aliceAndBob(t);
  const calling = place.alice.call('bob');
  const peer = await place.bob.called();
  peer.send('OK\n');
  const chat = await calling;
  const lines: string[] = [];
  const reading = (async () => {
    for await (const { text } of chat) lines.push(text);
  })();
  await crashAndRestart('client');
  await reading;
  t.is(typeof (await chat.closed).reason, 'string');
  await t.throwsAsync(chat.send('too late'), { code: 'chat.broken' });
  await peer.ended();
  await works(t, place);
});

test.serial('after a crash, the handles of older calls and chats have no effect', async (t) => {
  const place = await aliceAndBob(t);
  const calling = place.alice.call('bob');
  const peer = await place.bob.called();
  peer.send('OK\n');
  const oldChat = await calling;
  await crashAndRestart('client');
  await oldChat.closed;
  const next = place.alice.call('bob');
  const nextPeer = await place.bob.called();
  nextPeer.send('OK\n');
  const chat = await next;
  await oldChat.leave();
  await chat.send('still here');
  t.regex((await nextPeer.line()) ?? '', /^REQUEST alice \d+$/);
  t.is(await nextPeer.line(), 'still here');
  const left = chat.leave();
  await nextPeer.ended();
  nextPeer.socket.end();
  await left;

  const port = await place.alice.listen();
  await Peer.call(t, port);
  const calls = place.alice.calls[Symbol.asyncIterator]();
  const oldCall = (await calls.next()).value as Call;
  await crashAndRestart('client');
  await oldCall.over;
  const carl = await Peer.call(t, port);
  const call = (await calls.next()).value as Call;
  await t.throwsAsync(oldCall.accept(), { code: 'call.over' });
  oldCall.reject();
  oldCall.dismiss();
  await call.accept();
  t.is(await carl.line(), 'ACCEPT');
});

for (const kind of ['chat', 'chats'] as const) {
  test.serial(`after a crash of ${kind}, the chat is over, and another chat can follow`, async (t) => {
    const place = await aliceAndBob(t);
    const calling = place.alice.call('bob');
    const peer = await place.bob.called();
    peer.send('OK\n');
    const chat = await calling;
    const reading = (async () => {
      for await (const _ of chat) t.fail('nothing was said');
    })();
    crash(latest(kind));
    await reading;
    await chat.closed;
    await peer.ended();
    await works(t, place);
  });
}

test.serial('when the actor of an outgoing call crashes, the call rejects', async (t) => {
  const place = await aliceAndBob(t);
  const calling = place.alice.call('bob');
  await place.bob.called();
  const rejected = t.throwsAsync(calling, { code: 'buddy.unreachable' });
  crash(latest('chat'));
  await rejected;
  await works(t, place);
});

test.serial('when the actor of a waiting incoming call crashes, the call is over', async (t) => {
  const { alice } = await aliceAndBob(t);
  const port = await alice.listen();
  const calls = alice.calls[Symbol.asyncIterator]();
  const caller = await Peer.call(t, port);
  caller.send('HELLO bob\n');
  const { value: call } = await calls.next();
  crash(latest('chat'));
  await call?.over;
  await t.throwsAsync(async () => call?.accept(), { code: 'call.over' });
  await caller.ended();
  const next = await Peer.call(t, port);
  next.send('HELLO bob\n');
  const { value: second } = await calls.next();
  second?.reject();
  t.is(await next.line(), 'REJECT');
});

test.serial('when the heartbeat crashes, a pending question is still answered', async (t) => {
  const place = await aliceAndBob(t);
  const asking = place.alice.buddies();
  await crashAndRestart('heartbeat');
  t.is((await asking)[0]?.id, 'bob' as never);
  await works(t, place);
});

test.serial('after a crash, the listener for calls uses the same port again', async (t) => {
  const place = await aliceAndBob(t);
  const port = await place.alice.listen();
  await crashAndRestart('calls');
  await until(() => latest('calls')?.getSnapshot().ready);
  const caller = await Peer.call(t, port);
  caller.send('HELLO bob\n');
  for await (const call of place.alice.calls) {
    call.reject();
    break;
  }
  t.is(await caller.line(), 'REJECT');
});

test.serial('if its agent crashes too often, a client ends, and says why', async (t) => {
  const { alice } = await aliceAndBob(t);
  let hasEnded = false;
  const ended = alice.ended.then(({ error }) => {
    hasEnded = true;
    return error;
  });
  const calls = alice.calls[Symbol.asyncIterator]().next();
  const asking = t.throwsAsync(
    (async () => {
      while (!hasEnded)
        await alice
          .buddies()
          .catch((error) => (error.code === 'client.closed' ? undefined : Promise.reject(error)));
      return alice.buddies();
    })(),
    { code: 'client.closed' },
  );
  while (!hasEnded) {
    crash(latest('client'));
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.true((await ended) instanceof Error);
  t.true((await calls).done);
  await asking;
});

test.serial(
  'if a chat crashes, it is reported as broken, with the lines that may not have arrived',
  async (t) => {
    const place = await aliceAndBob(t);
    const calling = place.alice.call('bob');
    const peer = await place.bob.called();
    peer.send('OK\n');
    const chat = await calling;
    await chat.send('hello');
    crash(latest('chat'));
    t.deepEqual(await chat.closed, { reason: 'the chat crashed', lost: ['hello'] });
    await peer.ended();
    await works(t, place);
  },
);

test.serial('when the heartbeat keeps crashing, a question times out', async (t) => {
  const silent = createSocket('udp4').bind(0, '127.0.0.1');
  await once(silent, 'listening');
  t.teardown(() => silent.close());
  const alice = createClient({ server: '127.0.0.1', udpPort: silent.address().port, user: 'alice' });
  t.teardown(() => alice.close());
  let isOpen = true;
  const asking = t.throwsAsync(alice.buddies(), { code: 'server.silent' }).finally(() => {
    isOpen = false;
  });
  const deadline = performance.now() + 20_000;
  await until(() => latest('heartbeat') !== undefined);
  while (isOpen && performance.now() < deadline) {
    const before = latest('heartbeat');
    crash(before);
    await until(() => !isOpen || latest('heartbeat') !== before);
  }
  t.false(isOpen);
  await asking;
});

test.serial(
  'a request just before the client is closed is answered, or rejects with client.closed',
  async (t) => {
    for (let microtasks = 0; microtasks < 24; microtasks++) {
      const { alice } = await aliceAndBob(t);
      const watch = alice.watchBuddies()[Symbol.asyncIterator]();
      const asked = [watch.next(), alice.listen(), alice.buddies()].map((promise) =>
        promise.then(
          () => 'done',
          (error) => error.code,
        ),
      );
      for (let count = 0; count < microtasks; count++) await undefined;
      await alice.close();
      for (const outcome of await Promise.all(asked)) t.regex(String(outcome), /^(done|client.closed)$/);
      t.true((await watch.next()).done);
      await t.throwsAsync(alice.listen(), { code: 'client.closed' });
    }
  },
);

test.serial('a caller of dialect B is answered ACCEPTED even after a restart of call control', async (t) => {
  let isKnown = false;
  const onNotice = ({ type }: { readonly type: string }) => {
    isKnown ||= type === 'call.misunderstood';
  };
  const { alice } = await aliceAndBob(t, { onNotice });
  const port = await alice.listen();
  const silentCall = async () => {
    const caller = await Peer.call(t, port);
    const { value: call } = await alice.calls[Symbol.asyncIterator]().next();
    const chat = await (call as Call).accept();
    return { caller, chat, answer: await caller.line() };
  };
  // On a busy machine, the caller may need longer than a second to leave.
  while (!isKnown) {
    const { caller, chat, answer } = await silentCall();
    t.is(answer, 'ACCEPT');
    caller.socket.end();
    await chat.closed;
  }
  // This restarts call control as well.
  await crashAndRestart('client');
  t.is((await silentCall()).answer, 'ACCEPTED');
});
