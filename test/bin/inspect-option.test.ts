import { request } from 'node:http';
import test from 'ava';
import { MAX_VIEWERS } from '../../inspector/server/inspector.js';
import { at, inspectedFriends, inspectedServer, StreamReader } from '../helpers/inspector.js';
import { ask } from '../helpers/network.js';
import { Program } from '../helpers/programs.js';

/** Asks with headers that `fetch` would not send. */
function statusOf(
  address: string,
  headers: Record<string, string>,
  method = 'GET',
  path?: string,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request(address, { headers, method, ...(path && { path }) }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asking.on('error', reject);
    asking.end();
  });
}

test('a registration is seen, without who it was', async (t) => {
  const { address, tcp } = await inspectedServer(t, '--inspect', '0');
  const reader = await StreamReader.open(t, address);
  await reader.find(({ actors = [] }) => actors.some(({ path }) => path === 'im-server/store'));
  t.like(reader.hello, { program: 'im-server', showsContent: false });
  t.is(await ask(tcp, 'REG alice\r\n'), '200 OK\r\n');
  await reader.find(({ messages }) => messages.some(({ type }) => type === 'change.commit'));
  await reader.find(({ actors = [] }) =>
    actors.some(({ group }) => group?.started === 1 && group.live === 0),
  );
  t.notRegex(JSON.stringify(reader.frames), /alice|127\.0\.0\.1/);
});

test('with --inspect-content alone, too, and then with who it was', async (t) => {
  const { address, tcp } = await inspectedServer(t, '--inspect-content');
  const reader = await StreamReader.open(t, address);
  await reader.find(({ actors }) => actors !== undefined);
  t.is(reader.hello?.showsContent, true);
  await ask(tcp, 'REG alice\r\n');
  const { messages } = await reader.find((frame) =>
    frame.messages.some(({ type }) => type === 'change.commit'),
  );
  t.regex(JSON.stringify(messages), /"id":"alice"/);
});

test('its pages, files and stream are for whoever has the token, on its own page, and under its own name', async (t) => {
  const { address } = await inspectedServer(t, '--inspect', '0');
  const { port } = new URL(address);
  const paths = [
    '/',
    '/stately',
    '/events',
    '/main.js',
    '/style.css',
    '/machines/connection.svg',
    '/definitions.json',
  ];
  for (const path of paths) {
    const url = at(address, path);
    if (path !== '/events') t.is(await statusOf(url, {}), 200, path);
    t.is(await statusOf(url.replace(/token=.*/, ''), {}), 403, `${path} without a token`);
    t.is(await statusOf(`${url}x`, {}), 403, `${path} with a wrong token`);
    t.is(await statusOf(url, { origin: 'http://evil.example' }), 403, `${path} from a foreign page`);
    t.is(await statusOf(url, { host: `evil.example:${port}` }), 403, `${path} by a foreign name`);
    t.is(await statusOf(url, {}, 'POST'), 405, `${path} to be changed`);
  }
  const { search } = new URL(address);
  // As they are: `fetch` and `URL` would tidy them up.
  for (const path of [
    '/machines/',
    '/machines/nobody.svg',
    '/../package.json',
    '/machines/../storage.md',
    '//',
    '/x?',
  ])
    t.is(await statusOf(address, {}, 'GET', `${path}${search}`), path === '/x?' ? 403 : 404, path);
});

test('it cannot be reached by another address of this machine', async (t) => {
  const { address } = await inspectedServer(t, '--inspect', '0');
  const elsewhere = address.replace('127.0.0.1', '127.0.0.2');
  await t.throwsAsync(statusOf(elsewhere, {}), { code: 'ECONNREFUSED' });
});

test('the token is in no log', async (t) => {
  const { program, address } = await inspectedServer(
    t,
    '--inspect',
    '0',
    '--log-level',
    'debug',
    '--log-format',
    'json',
  );
  program.process.kill('SIGTERM');
  t.is(await program.exited, 0);
  const token = new URL(address).searchParams.get('token') ?? '';
  t.true(token.length >= 20);
  t.is((program.stdout + program.stderr).split(token).length, 2, 'once, in the address');
});

test('so many can look at once, and no more', async (t) => {
  const { address, tcp } = await inspectedServer(t, '--inspect', '0');
  for (let number = 0; number < MAX_VIEWERS; number++) await StreamReader.open(t, address);
  await t.throwsAsync(StreamReader.open(t, address), { message: /^503/ });
  t.is(await ask(tcp, 'REG alice\r\n'), '200 OK\r\n');
});

test('who has a browser open does not keep the server from ending', async (t) => {
  const { program, address } = await inspectedServer(t, '--inspect', '0');
  const reader = await StreamReader.open(t, address);
  await reader.find(({ actors }) => actors !== undefined);
  program.process.kill('SIGTERM');
  t.is(await program.exited, 0);
});

test('who comes later is told of the past once, and all are told of the end', async (t) => {
  const { program, address } = await inspectedServer(t, '--inspect', '0');
  const first = await StreamReader.open(t, address);
  await first.find(({ actors }) => actors !== undefined);
  const second = await StreamReader.open(t, address);
  await second.find(({ actors }) => actors !== undefined);
  t.true(second.hello?.lives.some(({ path, what }) => path === 'im-server/store' && what === 'started'));
  t.deepEqual(
    second.frames.flatMap(({ lives }) => lives),
    [],
  );
  program.process.kill('SIGTERM');
  for (const reader of [first, second])
    await reader.find(({ lives }) =>
      lives.some(
        ({ path, what, why }) => path === 'im-server/store' && what === 'ended' && why === 'shut_down',
      ),
    );
});

test('a port that is taken is told of', async (t) => {
  const { address } = await inspectedServer(t, '--inspect', '0');
  const { port } = new URL(address);
  const taken = new Program(t, 'im-server', '--inspect', port);
  t.is(await taken.exited, 1);
  t.is(
    taken.stderr,
    `im-server: cannot inspect: TCP port ${port} is in use: choose another with --inspect\n`,
  );
});

test('without a port there is always one, however many are inspected', async (t) => {
  const servers = [await inspectedServer(t, '--inspect'), await inspectedServer(t, '--inspect')];
  const addresses = servers.map(({ address }) => new URL(address).origin);
  t.is(new Set(addresses).size, 2);
});

test('what is no port, and a command that has nothing to show, are told of', async (t) => {
  for (const [args, message] of [
    [['--inspect', 'x'], /--inspect.*a port is a number from 0 to 65535/],
    [['--inspect', '0', 'check', '/tmp'], /--inspect is not for 'check'/],
  ] as const) {
    const program = new Program(t, 'im-server', ...args);
    t.is(await program.exited, 2);
    t.regex(program.stderr, message);
  }
});

test('a chat is seen from the side of either client', async (t) => {
  const [alice, bob] = await inspectedFriends(t);
  const [atAlice, atBob] = [
    await StreamReader.open(t, alice.address),
    await StreamReader.open(t, bob.address),
  ] as const;
  const inState = (reader: StreamReader, state: RegExp) =>
    reader.find(({ actors = [] }) =>
      actors.some((actor) => actor.machine === 'client' && state.test(actor.state ?? '')),
    );
  await inState(atAlice, /^free\.menu$/);
  alice.program.write('M\nbob\n');
  await inState(atBob, /^busy\.ringing$/);
  bob.program.write('y\n');
  await inState(atBob, /^busy\.chatting/);
  await inState(atAlice, /^busy\.chatting/);
  alice.program.write('the word\n');
  await bob.program.expect('the word');
  await atBob.find(({ messages }) =>
    messages.some(({ type, to }) => type === 'message.received' && to.endsWith('/client')),
  );
  await atBob.find(({ actors = [] }) =>
    actors.some(({ group, machine }) => machine === 'chat' && group?.states['open'] === 1),
  );
  t.notRegex(JSON.stringify([atAlice.frames, atBob.frames]), /the word|alice|bob|127\.0\.0/);
});
