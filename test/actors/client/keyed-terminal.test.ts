import { tmpdir } from 'node:os';
import { PassThrough } from 'node:stream';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { inspect } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import type { InspectionEvent } from 'xstate';
import { startClient } from '../../../actors/client/client-tree.js';
import { Identity } from '../../../keys/identity.js';
import { findSafetyWords } from '../../../keys/safety-phrase.js';
import { openPlainConsole } from '../../../terminal/plain-console.js';
import { Archive } from '../../../user-files/archive.js';
import { ask, until } from '../../helpers/network.js';
import { clientOf, KeyTable, type Person, type PersonOptions, person } from '../../helpers/private-people.js';
import { serve, TestLog } from '../../helpers/server.js';

/** How deep events and snapshots are searched for secrets. */
const SHOWN = { depth: 3, maxArrayLength: 200, maxStringLength: 10_000 } as const;

/** Alice at a terminal in this process, and bob and b0b. All three have keys. */
async function aliceAtTerminal(
  t: ExecutionContext,
  {
    isInteractive = true,
    isInspected = false,
    own = {},
  }: { isInteractive?: boolean; isInspected?: boolean; own?: PersonOptions } = {},
) {
  const server = await serve(t);
  for (const request of ['REG alice', 'REG bob', 'REG b0b', 'ADD bob alice', 'ADD b0b alice'])
    await ask(server.tcp, `${request}\n`);
  const table = new KeyTable();
  const people: Person[] = [];
  for (const id of ['alice', 'bob', 'b0b']) {
    const one = await person(t, id, table, id === 'alice' ? { keepsLines: true, ...own } : {});
    table.names(id, one.key);
    people.push(one);
  }
  const [alice, bob, b0b] = people as [Person, Person, Person];
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  let screen = '';
  stdout.on('data', (chunk) => {
    screen += chunk;
  });
  const inspected: string[] = [];
  const client = startClient({
    server: '127.0.0.1',
    tcpPort: server.tcp,
    udpPort: server.udp,
    messagePort: 0,
    user: alice.id,
    isInteractive,
    privacy: alice.privacy,
    openArchive: () => new Archive({ directory: tmpdir(), keepsHistory: false }),
    openConsole: (listener) => openPlainConsole({ stdin: stdin as never, stdout: stdout as never }, listener),
    log: new TestLog(),
    ...(isInspected && {
      inspect: (event: InspectionEvent) => {
        if (event.type === '@xstate.event') inspected.push(inspect(event.event, SHOWN));
        if (event.type === '@xstate.snapshot') inspected.push(inspect(event.snapshot, SHOWN));
      },
    }),
  });
  t.teardown(async () => {
    client.shutdown();
    await client.ended;
  });
  t.true(await client.ready);
  let seen = 0;
  // The menu has one more letter as soon as the client knows of the key.
  while (isInteractive && !screen.includes('V - verifies')) {
    const before = screen.length;
    stdin.write('?\n');
    await until(() => screen.includes('Your choice: ', before + 1) && screen.includes('X - leaves', before));
    await nextIteration();
  }
  return {
    alice,
    bob,
    b0b,
    table,
    server,
    inspected,
    screen: () => screen,
    /** Asks for the list until the list has a row. A change may be on the list only a moment later. */
    async lists(row: string) {
      for (let from = screen.length; !screen.includes(row, from); ) {
        const before = screen.length;
        stdin.write('S\n');
        await until(() => screen.includes('Your choice: ', before + 1));
      }
    },
    type: (line: string) => stdin.write(`${line}\n`),
    /** Waits for text on the screen, after the text that the previous call found. */
    async shows(text: string) {
      await until(() => screen.includes(text, seen));
      seen = screen.indexOf(text, seen) + text.length;
    },
  };
}

/** A buddy calls alice. */
async function callFrom(
  t: ExecutionContext,
  { server }: Awaited<ReturnType<typeof aliceAtTerminal>>,
  one: Person,
) {
  const client = clientOf(t, server, one);
  for await (const buddies of client.watchBuddies()) if (buddies.some(({ status }) => status === 100)) break;
  return client.call('alice');
}

test('adding a buddy pins the key, and six typed words verify it', async (t) => {
  const here = await aliceAtTerminal(t);
  const { alice, bob, shows, type } = here;
  await shows('Your choice: ');
  type('A');
  await shows('Enter buddy id: ');
  type('bob');
  await shows('200 OK');
  await shows('Chats with bob are private.');
  t.is(await alice.pinned('bob'), bob.key);
  type('V');
  await shows('Enter buddy id: ');
  type('bob');
  await shows(
    `Your own six words, which bob asks for: ${(await findSafetyWords(alice.key, alice.id)).join(' ')}`,
  );
  await shows('Enter the six words: ');
  type('one typo here and some words');
  await shows('not in the list');
  await shows('Enter the six words: ');
  type((await findSafetyWords(alice.key, alice.id)).join(' '));
  await shows("Those are not the words of bob's key");
  type('V');
  await shows('Enter buddy id: ');
  type('bob');
  await shows('Enter the six words: ');
  type((await findSafetyWords(bob.key, bob.id)).join(' ').toUpperCase());
  await shows('Those are the words of bob: bob is verified.');
  await here.lists('bob\tOFFLINE\tunknown\tunknown\tverified');
});

test('a buddy can be added with its key', async (t) => {
  const { alice, shows, table, type } = await aliceAtTerminal(t);
  const key = Identity.create().key;
  table.answers.set('bob', { says: 'nothing' });
  await shows('Your choice: ');
  type('A');
  await shows('Enter buddy id: ');
  type(`bob#${key}`);
  await shows('Chats with bob are private, and bob is verified.');
  t.is(await alice.pinned('bob'), key);
});

test('the text about a ringing call says how it is protected, and warns of a similar name', async (t) => {
  const here = await aliceAtTerminal(t);
  const { b0b, bob, shows, type } = here;
  await shows('Your choice: ');
  type('A');
  await shows('Enter buddy id: ');
  type('bob');
  await shows('Chats with bob are private.');
  await until(() => here.screen().includes('bob'));
  type('S');
  await shows('bob\tOFFLINE');
  const refused = callFrom(t, here, b0b).catch((error) => error);
  await shows('b0b (127.0.0.1) wants to chat (private, not on your list).');
  await shows('This is not bob.');
  type('n');
  await refused;
  const calling = callFrom(t, here, bob);
  await shows('bob (127.0.0.1) wants to chat (private).');
  type('y');
  const chat = await calling;
  await shows('This chat is private.');
  await chat.send('hello alice');
  await shows('B: hello alice');
  type('hello bob');
  for await (const { text } of chat) {
    t.is(text, 'hello bob' as never);
    break;
  }
});

test('a changed key is reported, and shown on the list', async (t) => {
  const here = await aliceAtTerminal(t);
  const { alice, shows, table, type } = here;
  await shows('Your choice: ');
  type('A');
  await shows('Enter buddy id: ');
  type('bob');
  await shows('Chats with bob are private.');
  table.names('bob', Identity.create().key);
  await alice.privacy.keeper.check(alice.id, here.bob.id);
  await shows('KEY CHANGED: the server names another key for bob');
  await here.lists('bob\tOFFLINE\tunknown\tunknown\tKEY CHANGED');
});

test('plain mode keeps its lines, and adds lines about keys after them', async (t) => {
  const here = await aliceAtTerminal(t, { isInteractive: false });
  const { bob, shows, type } = here;
  await shows('Your choice: ');
  t.false(here.screen().includes('V - '));
  const calling = callFrom(t, here, bob);
  await shows('Call from bob (127.0.0.1).\nThe call is private, not on your list.\n');
  await shows('Do you want to accept an incoming connection (y/n)? ');
  type('y');
  await shows('Connection accepted.');
  await shows('Enter your text to send to buddy.  Enter q to quit.');
  await shows('This chat is private.');
  await (await calling).leave();
  await shows('Buddy connection closed.');
});

test('with --private, a user without a key accepts no call', async (t) => {
  const own = { mode: 'private', isKeyless: true } as const;
  const here = await aliceAtTerminal(t, { isInteractive: false, own });
  await here.shows('Your choice: ');
  const carl = await person(t, 'b0b', here.table, { isKeyless: true });
  await t.throwsAsync(callFrom(t, here, carl), { code: 'buddy.refused' });
  await here.shows('Refused a call from b0b (127.0.0.1): it was in clear.');
});

test('no event and no snapshot shows a secret', async (t) => {
  const here = await aliceAtTerminal(t, { isInspected: true });
  const { alice, bob, inspected, shows, type } = here;
  await shows('Your choice: ');
  const calling = callFrom(t, here, bob);
  await shows('wants to chat');
  type('y');
  const chat = await calling;
  await chat.send('hello');
  await shows('B: hello');
  t.true(inspected.length > 20);
  const { key } = alice.device.toStored();
  const raw = Buffer.from(key, 'base64url');
  const secrets = [key, raw.toString('hex'), raw.toString('hex').replace(/(..)(?!$)/g, '$1 '), 'PRIVATE KEY'];
  for (const secret of secrets)
    t.false(
      inspected.some((text) => text.includes(secret)),
      secret.slice(0, 4),
    );
});
