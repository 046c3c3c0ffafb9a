/**
 * Checks what an observer of the network can read. The tests run a server and two clients as people do, and
 * record every byte between them.
 */

import anyTest, { type ExecutionContext } from 'ava';
import { type Program, startServerProgram, temporaryDirectory } from '../helpers/programs.js';
import { WiredMachine } from '../helpers/wired-machine.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** The ids and messages. They are so long that encrypted bytes never contain one of them by chance. */
const ALICE = 'alice-on-the-wire';
const BOB = 'bob-on-the-wire';
const ALICE_SAYS = 'The heron walks through the reeds at seven in the morning';
const BOB_SAYS = 'Then seventeen grey geese will cross the frozen estuary';

/** Texts that an observer can read if both ids have no key. Requests and presence contain the ids. */
const IN_CLEAR = [ALICE, BOB, ALICE_SAYS, 'REQUEST', 'ACCEPT', 'ONLINE'];

/** Texts that an observer must not be able to read if both ids have keys. */
const SECRETS = [...IN_CLEAR, BOB_SAYS, 'HELLO ', 'REJECT', 'OFFLINE', 'unknown'];

const TLS_HEADER_BYTES = 5;
/** The types of TLS records: from change_cipher_spec to application_data. */
const TLS_TYPES = [0x14, 0x15, 0x16, 0x17];
/** The type of a handshake record. Each connection begins with such a record. */
const FIRST_TLS_TYPE = 0x16;
/** The first bytes of sealed datagrams: a sealed text, or "unknown session". */
const SEALED_TYPES = [0x81, 0x82];

/** Whether bytes are only records of TLS. The last record may be cut, and there may be no bytes at all. */
function isTls(bytes: Buffer): boolean {
  if (bytes.length > 0 && bytes[0] !== FIRST_TLS_TYPE) return false;
  for (let at = 0; at + TLS_HEADER_BYTES <= bytes.length; ) {
    if (!TLS_TYPES.includes(bytes[at] ?? 0) || bytes[at + 1] !== 3) return false;
    at += TLS_HEADER_BYTES + bytes.readUInt16BE(at + 3);
  }
  return true;
}

interface Machines {
  readonly alice: WiredMachine;
  readonly bob: WiredMachine;
}

async function machines(t: ExecutionContext): Promise<Machines> {
  const server = await startServerProgram(t, await temporaryDirectory(t));
  const alice = await WiredMachine.create(t, server, '127.0.0.2');
  const bob = await WiredMachine.create(t, server, '127.0.0.3');
  return { alice, bob };
}

async function succeeds(t: ExecutionContext, program: Program): Promise<void> {
  t.is(await program.exited, 0, program.stderr);
}

/** Registers two people, who then add each other, one command at a time. */
async function makeBuddies(t: ExecutionContext, { alice, bob }: Machines, ...options: readonly string[]) {
  await succeeds(t, alice.start(...options, 'register', ALICE));
  await succeeds(t, bob.start(...options, 'register', BOB));
  // Before an id is registered, its client may ask for the buddy list in clear.
  for (const { presence } of [alice, bob]) presence.forget();
  await succeeds(t, alice.start(...options, 'add', ALICE, BOB));
  await succeeds(t, bob.start(...options, 'add', BOB, ALICE));
}

/** Bob listens. Alice sends one line with `send`, and two more lines in `chat`. */
async function talk(t: ExecutionContext, { alice, bob }: Machines, ...options: readonly string[]) {
  const port = ['--message-port', String(bob.messagePort)];
  const listener = bob.start(...options, ...port, 'listen', BOB, '--json');
  await listener.expect('"event":"listening"');
  await succeeds(t, alice.start(...options, 'send', ALICE, BOB, `${ALICE_SAYS}, first`));
  await listener.expect(`${ALICE_SAYS}, first`);
  const chat = alice.start(...options, 'chat', ALICE, BOB);
  for (const n of ['second', 'third']) {
    chat.write(`${ALICE_SAYS}, ${n}\n`);
    await listener.expect(`${ALICE_SAYS}, ${n}`);
  }
  chat.write('q\n');
  await succeeds(t, chat);
  // The list of buddies is on the wire, too.
  const list = alice.start(...options, 'buddies', ALICE);
  await succeeds(t, list);
  t.true(list.stdout.startsWith(`${BOB}\tONLINE\t127.0.0.3\t${bob.messagePort}`), list.stdout);
  listener.process.kill('SIGTERM');
  await succeeds(t, listener);
}

/** The secrets that can be read on the wires of both machines. */
function readable({ alice, bob }: Machines): string[] {
  const recorded = Buffer.concat([alice.recorded, bob.recorded]);
  return SECRETS.filter((secret) => recorded.includes(secret));
}

/** Checks that everything is sealed, except the question whether the server keeps keys. */
function assertSealed(t: ExecutionContext, both: Machines): void {
  t.deepEqual(readable(both), []);
  for (const { calls, presence, requests } of [both.alice, both.bob]) {
    for (const datagram of [...presence.sent, ...presence.received])
      t.true(SEALED_TYPES.includes(datagram[0] ?? 0), datagram.toString('latin1'));
    for (const connection of [...requests.connections, ...calls.connections]) {
      const [sent, received] = [Buffer.concat(connection.sent), Buffer.concat(connection.received)];
      if (sent.toString() === 'VER im 1\r\n') t.regex(received.toString(), /^200 OK im\/1 \S{43}\r\n$/);
      else t.true(isTls(sent) && isTls(received), sent.toString('latin1'));
    }
    t.true(presence.sent.length > 0 && presence.received.length > 0, 'presence went through the wire');
  }
  t.true(both.bob.calls.connections.length > 0, 'calls went through the wire');
}

test('between two ids with keys, only the question whether the server keeps keys is readable', async (t) => {
  const both = await machines(t);
  await makeBuddies(t, both);
  await talk(t, both);
  assertSealed(t, both);
});

test('in plain mode, only the question whether the server keeps keys is readable', async (t) => {
  const both = await machines(t);
  const [alice, bob] = [both.alice, both.bob].map((machine) =>
    machine.start('--plain', '--message-port', String(machine.messagePort)),
  ) as [Program, Program];
  for (const [client, id] of [
    [alice, ALICE],
    [bob, BOB],
  ] as const) {
    await client.answer('Your choice: ', 'R');
    await client.answer('Enter user id: ', id);
    await client.expect(/^200 OK$/m);
  }
  for (const [client, buddy] of [
    [alice, BOB],
    [bob, ALICE],
  ] as const) {
    await client.answer('Your choice: ', 'A');
    await client.answer('Enter buddy id: ', buddy);
    await client.expect(/^200 OK$/m);
  }
  const isOnline = new RegExp(`^${BOB}\tONLINE\t127\\.0\\.0\\.3\t${both.bob.messagePort}\\b`, 'm');
  for (;;) {
    await alice.answer('Your choice: ', 'S');
    await alice.expect('My buddy list:\n');
    const [list] = await alice.expect(/^[\s\S]*?(?=Your choice: )/);
    if (isOnline.test(list)) break;
  }
  await alice.answer('Your choice: ', 'M');
  await alice.answer('Enter buddy id: ', BOB);
  await bob.answer('Do you want to accept an incoming connection (y/n)? ', 'y');
  await alice.answer('> ', ALICE_SAYS);
  await bob.expect(`B: ${ALICE_SAYS}`);
  await bob.answer('> ', BOB_SAYS);
  await alice.expect(`B: ${BOB_SAYS}`);
  await alice.answer('> ', 'q');
  await bob.expect('Buddy connection closed.');
  for (const client of [alice, bob]) {
    await client.answer('Your choice: ', 'X');
    t.is(await client.exited, 0, client.stderr);
  }
  assertSealed(t, both);
});

test('between two ids without keys, requests, presence and messages are readable on the wires', async (t) => {
  const both = await machines(t);
  await makeBuddies(t, both, '--clear');
  await talk(t, both, '--clear');
  t.deepEqual(
    IN_CLEAR.filter((text) => !readable(both).includes(text)),
    [],
  );
  const recorded = Buffer.concat([both.alice.recorded, both.bob.recorded]).toString('latin1');
  for (const clear of [`REG ${ALICE}`, `ADD ${ALICE} ${BOB}`, `SET ${BOB} 100 ONLINE`, `GET ${ALICE}`])
    t.true(recorded.includes(clear), clear);
  t.true(recorded.includes(`${ALICE_SAYS}, third`));
});
