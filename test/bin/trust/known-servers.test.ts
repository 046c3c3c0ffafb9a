import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest from 'ava';
import { parseHostPort } from '../../../bin/trust/known-servers.js';
import { Identity } from '../../../keys/identity.js';
import { Servers } from '../../../user-files/servers.js';
import { KeyedHome } from '../../helpers/keyed-home.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

test('host and port are parsed, with an IPv6 address in brackets', (t) => {
  t.deepEqual(parseHostPort('im.example.org:1234'), { host: 'im.example.org', port: 1234 });
  t.deepEqual(parseHostPort('[::1]:1234'), { host: '::1', port: 1234 });
  for (const text of ['im.example.org', '::1:1234', ':1234', 'host:65536', 'host:', '']) {
    t.is(parseHostPort(text), undefined, text);
  }
});

test('known servers are listed and forgotten', async (t) => {
  const { key } = Identity.create();
  const home = await KeyedHome.create(t, { tcp: 1, key });
  const none = await home.run(['server']);
  t.deepEqual(none, { code: 0, stdout: '', stderr: 'No server is known on this machine yet.\n' });
  const servers = new Servers(home.root);
  await servers.add({ host: 'Im.example.org', port: 1234 }, key);
  await servers.add({ host: '::1', port: 1234 }, 'none');
  t.is((await home.run(['server'])).stdout, `im.example.org:1234\t${key}\n[::1]:1234\tkeeps no keys\n`);
  t.deepEqual(
    (await home.run(['server', '--json'])).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      { server: 'im.example.org:1234', key },
      { server: '[::1]:1234', key: null },
    ],
  );
  const forgotten = await home.run(['server', 'forget', 'im.example.org:1234']);
  t.is(forgotten.code, 0);
  t.true(forgotten.stdout.startsWith('The key of im.example.org:1234 is forgotten.'));
  t.is((await home.run(['server', 'list'])).stdout, '[::1]:1234\tkeeps no keys\n');
  t.deepEqual(JSON.parse((await home.run(['server', 'forget', 'nowhere:1', '--json'])).stdout), {
    server: 'nowhere:1',
    forgotten: false,
  });
});

test('a damaged file and mistakes on the command line are reported', async (t) => {
  const { key } = Identity.create();
  const home = await KeyedHome.create(t, { tcp: 1, key });
  await new Servers(home.root).add({ host: 'im.example.org', port: 1234 }, key);
  await appendFile(join(home.root, 'servers.jsonl'), 'damage\n');
  const { code, stdout, stderr } = await home.run(['server']);
  t.deepEqual([code, stdout], [1, `im.example.org:1234\t${key}\n`]);
  t.regex(stderr, /^The file of the servers is damaged or not readable/);
  for (const [args, reason] of [
    [['server', 'forget'], /forget needs an address such as im\.example\.org:1234/],
    [['server', 'forget', 'nowhere'], /forget needs an address/],
    [['server', 'list', 'nowhere:1'], /list takes no address/],
    [['server', 'drop'], /Allowed choices are list, forget/],
  ] as const) {
    const result = await home.run(args);
    t.is(result.code, 2);
    t.regex(result.stderr, reason);
  }
});
