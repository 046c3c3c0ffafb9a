import anyTest, { type ExecutionContext } from 'ava';
import { oldNodeNotice } from '../../bin/node-version.js';
import { emptyEnvironment, Program, temporaryDirectory } from '../helpers/programs.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** The notice that each program prints on standard error when it starts on an old Node.js. */
const NOTICE = /Node\.js \d+\.\d+\.\d+ works, but its OpenSSL gets no more security fixes: use 22 or newer/g;

/** How many times a program that runs on this version of Node.js prints the notice. */
const EXPECTED = oldNodeNotice(process.versions.node, {}) === undefined ? 0 : 1;

test('versions before 22 are not recommended', (t) => {
  const warned = '20.19.0 works, but its OpenSSL gets no more security fixes: use 22 or newer';
  t.is(oldNodeNotice('20.19.0', {}), `Node.js ${warned}`);
  t.truthy(oldNodeNotice('21.7.3', {}));
  t.is(oldNodeNotice('22.0.0', {}), undefined);
  t.is(oldNodeNotice('100.1.0', {}), undefined);
  t.is(oldNodeNotice('20.19.0', { NODE_NO_WARNINGS: '1' }), undefined);
  t.truthy(oldNodeNotice('20.19.0', { NODE_NO_WARNINGS: '0' }));
});

function environmentOf(t: ExecutionContext, silent: '0' | '1'): NodeJS.ProcessEnv {
  return { ...emptyEnvironment(t), NODE_NO_WARNINGS: silent };
}

test('the client prints the notice once on standard error, and does not change its output', async (t) => {
  const [said, silent] = await Promise.all(
    (['0', '1'] as const).map(async (value) => {
      const client = new Program(t, { name: 'im-client', environment: environmentOf(t, value) }, '--plain');
      client.process.stdin?.end('X\n');
      t.is(await client.exited, 0);
      return client;
    }),
  );
  t.is(said?.stderr.match(NOTICE)?.length ?? 0, EXPECTED);
  t.is(silent?.stderr, '');
  t.is(said?.stdout, silent?.stdout);
});

test('commands for scripts do not print the notice', async (t) => {
  const program = { name: 'im-client', environment: environmentOf(t, '0') } as const;
  const client = new Program(t, program, 'server', '--json');
  t.is(await client.exited, 0);
  t.is(client.stdout + client.stderr, '');
});

test('the server logs the notice once, as a warning after the ready line', async (t) => {
  const environment = environmentOf(t, '0');
  const ports = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0', '--log-format', 'json'];
  const data = ['--data', await temporaryDirectory(t)];
  const server = new Program(t, { name: 'im-server', environment }, ...ports, ...data);
  await server.expect(/^im-server ready .*\n/);
  server.process.kill('SIGTERM');
  t.is(await server.exited, 0);
  const lines = server.stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const warnings = lines.filter(({ level, msg }) => level === 40 && msg.match(NOTICE) !== null);
  t.is(warnings.length, EXPECTED);
  if (EXPECTED === 1) {
    t.true(lines.indexOf(warnings[0]) > lines.findIndex(({ msg }) => msg === 'ready'));
  }
});
