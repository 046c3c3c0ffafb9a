/**
 * A caller of dialect E names an address and waits for a connection to it. Our client never makes that
 * connection.
 */

import anyTest, { type ExecutionContext } from 'ava';
import { ask, PresenceClient, until } from '../../helpers/network.js';
import { listenForCalls, Peer } from '../../helpers/peer.js';
import { Program, startServerProgram, temporaryDirectory } from '../../helpers/programs.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** Starts a server and a bob of dialect E who accepts connections. Returns functions that start commands. */
async function withBob(t: ExecutionContext) {
  const { tcp, udp } = await startServerProgram(t, await temporaryDirectory(t));
  for (const request of ['REG alice', 'REG bob', 'ADD alice bob']) await ask(tcp, `${request}\n`);
  const bob = await listenForCalls(t);
  const presence = await PresenceClient.open(t, udp);
  presence.send(`SET bob 100 ONLINE ${bob.port}`);
  await presence.ask('GET bob');
  const startForPeople = (...args: readonly string[]) =>
    new Program(t, 'im-client', '--tcp-port', `${tcp}`, '--udp-port', `${udp}`, ...args);
  const start = (...args: readonly string[]) => startForPeople(...args, '--json');
  return { bob, start, startForPeople };
}

const CALLBACK_REASON = 'its program cannot be answered here, because it wants to be called back';

/** The names of the events that a command printed. */
function eventsOf({ stdout }: Program): string[] {
  return [...stdout.matchAll(/^\{"event":"([a-z]+)"/gm)].map(([, event = '']) => event);
}

/** Starts alice's listening command, and a caller of dialect E whose named address is bob's. */
async function called(t: ExecutionContext, ...args: readonly string[]) {
  const { bob, start } = await withBob(t);
  const program = start('listen', 'alice', ...args);
  const [, port] = await program.expect(/"event":"listening",.*"port":(\d+)/);
  let isCalledBack = false;
  bob.called().then(() => {
    isCalledBack = true;
  });
  const opening = `127.0.0.1 ${bob.port}\n`;
  const dial = () => Peer.call(t, Number(port));
  const call = async () => {
    const caller = await dial();
    caller.send(opening);
    return caller;
  };
  return { program, dial, opening, call, isCalledBack: () => isCalledBack };
}

/** Starts a command of alice's that calls the bob of dialect E. Her greeting has no address to call back. */
async function calling(t: ExecutionContext, ...args: readonly string[]) {
  const { bob, start } = await withBob(t);
  const program = start(...args);
  const peer = await bob.called();
  t.regex((await peer.line()) ?? '', /^REQUEST alice \d+$/);
  return { program, peer };
}

for (const mode of ['buddies', 'all', 'ask']) {
  test(`--accept ${mode}: a caller of dialect E is refused by a close, with one event`, async (t) => {
    const { program, call, isCalledBack } = await called(t, '--accept', mode);
    for (let calls = 0; calls < 2; calls++) {
      const caller = await call();
      caller.send('are you there?\n');
      t.is(await caller.line(), undefined);
      caller.socket.end();
    }
    const facts = `"address":"127.0.0.1","error":"${CALLBACK_REASON}","buddiesThere":\\["bob"\\]\\}`;
    await program.expect(new RegExp(`"event":"refused","at":"[^"]*","id":"alice",${facts}`));
    program.process.kill('SIGTERM');
    t.is(await program.exited, 0);
    t.deepEqual(eventsOf(program), ['listening', 'refused']);
    t.false(isCalledBack());
  });
}

test('a notice says why a caller of dialect E is refused, and which buddy the caller may be', async (t) => {
  const { bob, startForPeople } = await withBob(t);
  const program = startForPeople('listen', 'alice', '--accept', 'ask');
  await until(() => program.stderr.includes('on port'));
  const [, port] = /on port (\d+)\./.exec(program.stderr) ?? [];
  const caller = await Peer.call(t, Number(port));
  caller.send(`127.0.0.1 ${bob.port}\n`);
  const refused = `127.0.0.1 (bob's address): call refused: ${CALLBACK_REASON}.\n`;
  await until(() => program.stderr.includes(refused));
  const silent = await Peer.call(t, Number(port));
  await until(() => program.stderr.includes("Call from 127.0.0.1 (bob's address).\n"));
  silent.send('q\n');
  await silent.ended();
  (await Peer.call(t, Number(port))).send('HELLO Alice\n');
  await until(() => program.stderr.includes('Call from 127.0.0.1 (calls itself alice, your id).\n'));
  t.pass();
});

test('a late opening of dialect E, after our answer, ends the chat and is not a message', async (t) => {
  const { program, dial, opening } = await called(t, '--accept', 'all');
  const caller = await dial();
  t.is(await caller.line(), 'ACCEPT');
  caller.send(`${opening}are you there?\n`);
  t.is(await caller.line(), undefined);
  caller.socket.end();
  await program.expect(/"event":"closed",.*"error":"its program cannot be answered here"/);
  program.process.kill('SIGTERM');
  t.is(await program.exited, 0);
  t.deepEqual(eventsOf(program), ['listening', 'call', 'accepted', 'closed']);
});

test('the question to the user ends if the caller speaks dialect E or leaves with BYE500', async (t) => {
  const { program, dial, opening } = await called(t, '--accept', 'ask');
  for (const words of ['BYE500\r\n', opening]) {
    const caller = await dial();
    await program.expect(/"event":"call"/);
    caller.send(words);
    t.is(await caller.line(), undefined);
    caller.socket.end();
    await program.expect(/"event":"refused"/);
  }
  (await dial()).send('HELLO Alice\n');
  await program.expect(/"event":"call",.*"id":"alice","address":"127.0.0.1","claims":"alice"\}/);
  program.write('y\n');
  await program.expect(/"event":"accepted"/);
});

for (const command of ['send', 'chat'] as const) {
  const text = command === 'send' ? ['hi'] : [];

  test(`${command} exits with 12 if a buddy of dialect E refuses the call`, async (t) => {
    const { program, peer } = await calling(t, command, 'alice', 'bob', ...text);
    peer.socket.end();
    t.is(await program.exited, 12);
    t.is(eventsOf(program).at(-1), 'refused');
  });

  test(`${command}: the call is unanswered if a buddy of dialect E waits for an address`, async (t) => {
    const { program, peer } = await calling(t, command, 'alice', 'bob', ...text, '--timeout', '1');
    t.is(await peer.line(), undefined);
    peer.socket.end();
    t.is(await program.exited, 13);
    t.is(eventsOf(program).at(-1), 'unanswered');
  });

  test(`${command} sends nothing to a buddy of dialect E who gives up with BYE500`, async (t) => {
    const { program, peer } = await calling(t, command, 'alice', 'bob', ...text);
    peer.send('BYE500\n');
    t.is(await peer.line(), undefined);
    peer.socket.end();
    // For `chat`, this is a normal end. For `send`, the text was not delivered.
    t.is(await program.exited, command === 'send' ? 15 : 0);
    t.notRegex(program.stdout, /"event":"sent"|BYE500/);
  });
}
