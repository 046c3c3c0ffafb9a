import { type AddressInfo, connect, createServer } from 'node:net';
import anyTest from 'ava';
import { Identity } from '../../../keys/identity.js';
import { KeyedHome, serveWithKey } from '../../helpers/keyed-home.js';
import { ask } from '../../helpers/network.js';
import { askSealed, deviceOf } from '../../helpers/sealed-client.js';
import type { Terminal } from '../../helpers/terminal.js';
import { id } from '../../storage/changes.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const SIZE = { columns: 100, rows: 30 };
const WHO = 'WHO alice';

/** Waits until a terminal shows a question. */
function shows(terminal: Terminal, question: string): Promise<void> {
  return terminal.until(() => terminal.output.includes(question), question);
}

test('at a terminal, the user is asked twice, and the second answer must be the id', async (t) => {
  const server = await serveWithKey(t);
  const home = await KeyedHome.create(t, server);
  await home.register('alice');
  for (const [answers, code] of [
    [['n'], 1],
    [[''], 1],
    [['y', 'alicia'], 1],
    [['y', ''], 1],
    [['y', '\u0003'], 1],
    [['\u0004'], 1],
  ] as const) {
    const terminal = home.inTerminal(SIZE, 'delete', 'alice');
    for (const [index, answer] of answers.entries()) {
      await shows(terminal, index === 0 ? 'Delete alice? (y/n)' : 'Type the id to delete it:');
      terminal.press(answer < ' ' && answer !== '' ? answer : `${answer}\r`);
    }
    t.is(await terminal.exited, code, JSON.stringify(answers));
    t.true(terminal.output.includes('nothing was deleted'), terminal.output);
    t.regex(await askSealed(server.tcp, deviceOf(), WHO), /^200 OK \S{43} /);
  }
  const terminal = home.inTerminal(SIZE, 'delete', 'ALICE');
  await shows(terminal, 'Delete alice? (y/n)');
  terminal.press('y\r');
  await shows(terminal, 'Type the id to delete it:');
  terminal.press('Alice\r');
  t.is(await terminal.exited, 0);
  t.true(terminal.output.includes('alice is deleted at 127.0.0.1'), terminal.output);
  t.is(await askSealed(server.tcp, deviceOf(), WHO), '202 NO SUCH USER\r\n');
  t.is(await ask(server.tcp, 'REG alice\n'), '203 USER EXISTS\r\n');
  t.is(await home.stored('alice'), undefined, 'the key is removed');
});

test('without a terminal, an id is deleted only with --yes', async (t) => {
  const server = await serveWithKey(t);
  const home = await KeyedHome.create(t, server);
  await home.register('alice');
  const refused = await home.run(['delete', 'alice'], 'y\nalice\n');
  t.deepEqual([refused.code, refused.stdout], [2, '']);
  t.regex(refused.stderr, /--yes/);
  t.truthy(await home.stored('alice'));
  const done = await home.run(['delete', 'alice', '--yes', '--json']);
  t.is(done.code, 0, done.stderr);
  t.like(JSON.parse(done.stdout), { id: 'alice', deleted: true });
  t.is(await askSealed(server.tcp, deviceOf(), WHO), '202 NO SUCH USER\r\n');
});

test('an id is not deleted without its key, or with another key', async (t) => {
  const server = await serveWithKey(t);
  const home = await KeyedHome.create(t, server);
  const run = async (name: string) => {
    const { code, stderr } = await home.run(['delete', name, '--yes']);
    return [code, stderr] as const;
  };
  await ask(server.tcp, 'REG olga\n');
  await askSealed(server.tcp, deviceOf(), 'REG bob');
  await home.register('alice');
  await server.store.commit([{ op: 'KEY', id: id('alice'), key: Identity.create().key }]);
  for (const [name, code, reason] of [
    ['stranger', 5, /not registered/],
    ['olga', 19, /has no key/],
    ['bob', 19, /not on this machine.*key restore --user bob/],
    ['alice', 19, /another key/],
  ] as const) {
    const [actual, stderr] = await run(name);
    t.is(actual, code, name);
    t.regex(stderr, reason);
  }
  t.truthy(await home.stored('alice'));
  t.deepEqual(server.store.users.reservations(), []);
});

test('a banned id is not deleted, and the user reads the reason', async (t) => {
  const server = await serveWithKey(t);
  const home = await KeyedHome.create(t, server);
  await home.register('alice');
  await server.store.commit([{ op: 'BAN', ban: { kind: 'id', name: id('alice') } }]);
  const { code, stderr } = await home.run(['delete', 'alice', '--yes']);
  t.is(code, 7);
  t.regex(stderr, /the operator of the server has banned/);
  t.truthy(await home.stored('alice'));
});

test('if the reply is lost, the command asks the server whether the id is deleted', async (t) => {
  const server = await serveWithKey(t);
  /** Counts the lost replies. The proxy passes connections on, but drops the reply to the deletion. */
  let lost = 0;
  const isDeleted = () => server.store.users.reservations().length > 0;
  const proxy = createServer((socket) => {
    const wasDeleted = isDeleted();
    const upstream = connect(server.tcp, '127.0.0.1');
    for (const end of [socket, upstream]) end.on('error', () => {});
    socket.pipe(upstream);
    upstream.on('end', () => socket.end());
    upstream.on('data', (chunk) => {
      if (wasDeleted || !isDeleted()) return void socket.write(chunk);
      if (!socket.destroyed) lost += 1;
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.teardown(() => proxy.close());
  const direct = await KeyedHome.create(t, server);
  const identity = await direct.register('alice');
  const home = await KeyedHome.create(t, { ...server, tcp: (proxy.address() as AddressInfo).port });
  const { serial } = (await direct.stored('alice')) as { serial: number };
  await home.store('alice', identity, deviceOf(identity, { nowMs: serial }));
  const { code, stdout, stderr } = await home.run(['delete', 'alice', '--yes']);
  t.is(code, 0, stderr);
  t.is(lost, 1);
  t.regex(stdout, /^alice is deleted/);
  t.is(await home.stored('alice'), undefined);
});
