/**
 * Dialect E wants a connection back to an address that the caller names, which ours never makes: what becomes
 * of it.
 */

import anyTest, { type ExecutionContext } from 'ava';
import { ask, PresenceClient } from '../../helpers/network.js';
import { listenForCalls, Peer } from '../../helpers/peer.js';
import { Program, startServerProgram, temporaryDirectory } from '../../helpers/programs.js';

// One at a time: each starts processes of its own.
const test = anyTest.serial;

/** A server, a bob of dialect E who takes calls, and commands of alice's. */
async function withBob(t: ExecutionContext) {
  const { tcp, udp } = await startServerProgram(t, await temporaryDirectory(t));
  for (const request of ['REG alice', 'REG bob', 'ADD alice bob']) await ask(tcp, `${request}\n`);
  const bob = await listenForCalls(t);
  const presence = await PresenceClient.open(t, udp);
  presence.send(`SET bob 100 ONLINE ${bob.port}`);
  await presence.ask('GET bob');
  const start = (...args: readonly string[]) =>
    new Program(t, 'im-client', '--tcp-port', `${tcp}`, '--udp-port', `${udp}`, ...args, '--json');
  return { bob, start };
}

/** The names of the events that a command printed. */
function eventsOf({ stdout }: Program): string[] {
  return [...stdout.matchAll(/^\{"event":"([a-z]+)"/gm)].map(([, event = '']) => event);
}

/** A listening command of alice's, and a caller of dialect E: both ends of what it names. */
async function called(t: ExecutionContext, ...args: readonly string[]) {
  const { bob, start } = await withBob(t);
  const program = start('listen', 'alice', ...args);
  const [, port] = await program.expect(/"event":"listening",.*"port":(\d+)/);
  let isCalledBack = false;
  bob.called().then(() => {
    isCalledBack = true;
  });
  const call = async () => {
    const caller = await Peer.call(t, Number(port));
    caller.send(`127.0.0.1 ${bob.port}\n`);
    return caller;
  };
  return { program, call, isCalledBack: () => isCalledBack };
}

/** A command of alice's that calls the bob of dialect E, who finds no address in what it says. */
async function calling(t: ExecutionContext, ...args: readonly string[]) {
  const { bob, start } = await withBob(t);
  const program = start(...args);
  const peer = await bob.called();
  t.regex((await peer.line()) ?? '', /^REQUEST alice \d+$/);
  return { program, peer };
}

test('a caller of dialect E says no name, so it is no buddy: it is refused as it expects, by a close', async (t) => {
  const { program, call, isCalledBack } = await called(t);
  for (let calls = 0; calls < 2; calls++) {
    const caller = await call();
    await caller.ended();
    caller.socket.end();
    await program.expect(/"event":"refused","at":"[^"]*","id":"alice","address":"127.0.0.1"\}/);
  }
  program.process.kill('SIGTERM');
  t.is(await program.exited, 0);
  t.deepEqual(eventsOf(program), ['listening', 'call', 'refused', 'call', 'refused']);
  t.false(isCalledBack());
});

test('where everybody is taken, what a caller of dialect E says is heard, until BYE500', async (t) => {
  const { program, call, isCalledBack } = await called(t, '--accept', 'all');
  for (let calls = 0; calls < 2; calls++) {
    const caller = await call();
    t.is(await caller.line(), 'ACCEPT');
    caller.send('are you there?\nBYE500\n');
    await program.expect(/"event":"message",.*"text":"127.0.0.1 \d+"/);
    await program.expect(/"event":"message",.*"text":"are you there\?"/);
    t.is(await caller.line(), undefined);
    caller.socket.end();
    await program.expect(/"event":"closed"/);
  }
  t.notRegex(program.stdout, /BYE500/);
  t.false(isCalledBack());
});

test('a caller of dialect E who leaves while a person is asked leaves room for the next', async (t) => {
  const { program, call } = await called(t, '--accept', 'ask');
  for (const farewell of ['BYE500\n', 'BYE500\r\n']) {
    const caller = await call();
    await program.expect(/"event":"call"/);
    caller.send(farewell);
    t.is(await caller.line(), undefined);
    caller.socket.end();
    await program.expect(/"event":"refused"/);
  }
  const last = await call();
  await program.expect(/"event":"call"/);
  program.write('y\n');
  t.is(await last.line(), 'ACCEPT');
});

for (const command of ['send', 'chat'] as const) {
  const text = command === 'send' ? ['hi'] : [];

  test(`${command}: a buddy of dialect E who refuses is exit code 12`, async (t) => {
    const { program, peer } = await calling(t, command, 'alice', 'bob', ...text);
    peer.socket.end();
    t.is(await program.exited, 12);
    t.is(eventsOf(program).at(-1), 'refused');
  });

  test(`${command}: a buddy of dialect E who waits to be told its address is left, as unanswered`, async (t) => {
    const { program, peer } = await calling(t, command, 'alice', 'bob', ...text, '--timeout', '1');
    t.is(await peer.line(), undefined);
    peer.socket.end();
    t.is(await program.exited, 13);
    t.is(eventsOf(program).at(-1), 'unanswered');
  });

  test(`${command}: a buddy of dialect E who gives up with BYE500 heard nothing`, async (t) => {
    const { program, peer } = await calling(t, command, 'alice', 'bob', ...text);
    peer.send('BYE500\n');
    t.is(await peer.line(), undefined);
    peer.socket.end();
    // A chat may end so; a text that was to be sent was not.
    t.is(await program.exited, command === 'send' ? 15 : 0);
    t.notRegex(program.stdout, /"event":"sent"|BYE500/);
  });
}
