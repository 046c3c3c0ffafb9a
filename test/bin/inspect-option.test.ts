import { request } from 'node:http';
import test from 'ava';
import { MAX_VIEWERS } from '../../inspector/server/inspector.js';
import { at, inspectedFriends, inspectedServer, StreamReader } from '../helpers/inspector.js';
import { ask } from '../helpers/network.js';
import { Program } from '../helpers/programs.js';

/** Sends a request with headers that `fetch` would not send, and returns the status. */
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

test('the inspector shows a registration without the id and the address', async (t) => {
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

test('--inspect-content starts the inspector even without --inspect, and shows the id', async (t) => {
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

test('each page, file and stream needs the token, and refuses a foreign origin or host name', async (t) => {
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
    t.is(await statusOf(url, { host: `evil.example:${port}` }), 403, `${path} with a foreign host name`);
    t.is(await statusOf(url, {}, 'POST'), 405, `${path} with the method POST`);
  }
  const { search } = new URL(address);
  // `request` sends these paths unchanged; `fetch` and `URL` would normalise them.
  for (const path of [
    '/machines/',
    '/machines/unknown.svg',
    '/../package.json',
    '/machines/../storage.md',
    '//',
    '/x?',
  ])
    t.is(await statusOf(address, {}, 'GET', `${path}${search}`), path === '/x?' ? 403 : 404, path);
});

test('the inspector cannot be reached at another address of this machine', async (t) => {
  const { address } = await inspectedServer(t, '--inspect', '0');
  const elsewhere = address.replace('127.0.0.1', '127.0.0.2');
  await t.throwsAsync(statusOf(elsewhere, {}), { code: 'ECONNREFUSED' });
});

test('the token is not in the log', async (t) => {
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
  t.is((program.stdout + program.stderr).split(token).length, 2, 'only in the printed address');
});

test('the number of viewers is limited', async (t) => {
  const { address, tcp } = await inspectedServer(t, '--inspect', '0');
  for (let number = 0; number < MAX_VIEWERS; number++) await StreamReader.open(t, address);
  await t.throwsAsync(StreamReader.open(t, address), { message: /^503/ });
  t.is(await ask(tcp, 'REG alice\r\n'), '200 OK\r\n');
});

test('an open page does not keep the server from ending', async (t) => {
  const { program, address } = await inspectedServer(t, '--inspect', '0');
  const reader = await StreamReader.open(t, address);
  await reader.find(({ actors }) => actors !== undefined);
  program.process.kill('SIGTERM');
  t.is(await program.exited, 0);
});

test('a late viewer gets each past event once, and all viewers see the end of the actors', async (t) => {
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

test('a port in use is an error', async (t) => {
  const { address } = await inspectedServer(t, '--inspect', '0');
  const { port } = new URL(address);
  const taken = new Program(t, 'im-server', '--inspect', port);
  t.is(await taken.exited, 1);
  t.is(
    taken.stderr,
    `im-server: cannot inspect: TCP port ${port} is in use: choose another with --inspect\n`,
  );
});

test('if --inspect names no port, each inspected program gets a port of its own', async (t) => {
  const servers = [await inspectedServer(t, '--inspect'), await inspectedServer(t, '--inspect')];
  const addresses = servers.map(({ address }) => new URL(address).origin);
  t.is(new Set(addresses).size, 2);
});

test('--inspect is an error with an invalid port, or for a command that starts no actors', async (t) => {
  for (const [args, message] of [
    [['--inspect', 'x'], /--inspect.*Use a port from 0 to 65535\./],
    [['--inspect', '0', 'check', '/tmp'], /'check' cannot be inspected: omit --inspect/],
  ] as const) {
    const program = new Program(t, 'im-server', ...args);
    t.is(await program.exited, 2);
    t.regex(program.stderr, message);
  }
});

test('a chat is shown in the inspectors of both clients', async (t) => {
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
