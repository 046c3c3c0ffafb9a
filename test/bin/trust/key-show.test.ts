import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest from 'ava';
import { Identity } from '../../../keys/identity.js';
import { findSafetyWords } from '../../../keys/safety-phrase.js';
import { Servers } from '../../../user-files/servers.js';
import { KeyedHome, serveWithKey } from '../../helpers/keyed-home.js';
import { deviceOf } from '../../helpers/sealed-client.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

test('each key is shown with its server, its six words and where the 24 words are', async (t) => {
  const server = await serveWithKey(t);
  const home = await KeyedHome.create(t, server);
  t.deepEqual(await home.run(['key']), { code: 0, stdout: '', stderr: 'No id has a key on this machine.\n' });
  const alice = await home.register('alice');
  const { serial } = (await home.stored('alice')) ?? {};
  const six = await findSafetyWords(alice.key, home.nameOf('alice').id);
  await new Servers(home.root).add({ host: '127.0.0.1', port: server.tcp }, server.key);

  const { code, stdout, stderr } = await home.run(['key', 'show']);
  t.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  t.deepEqual(stdout.split('\n'), [
    `alice at 127.0.0.1:${server.tcp}`,
    `  key        ${alice.key}`,
    `  six words  ${six.join(' ')}`,
    `  serial     ${serial}`,
    '  24 words   kept here: write them down with im-client key words --user alice',
    '',
  ]);
  t.deepEqual(JSON.parse((await home.run(['key', '--json'])).stdout), {
    id: 'alice',
    server: home.nameOf('alice').server,
    servers: [`127.0.0.1:${server.tcp}`],
    key: alice.key,
    safetyWords: six,
    serial,
    floor: 0,
    keepsWords: true,
    tentative: false,
  });
});

test('all ids are shown, or with --user only that id', async (t) => {
  const home = await KeyedHome.create(t, await serveWithKey(t));
  await home.register('alice');
  await home.register('bob');
  const idsIn = (stdout: string) => [...stdout.matchAll(/^(\w+) at /gm)].map(([, id]) => id);
  t.deepEqual(idsIn((await home.run(['key'])).stdout), ['alice', 'bob']);
  t.deepEqual(idsIn((await home.run(['key', '--user', 'bob'])).stdout), ['bob']);
  t.is((await home.run(['key', '--user', 'carl'])).stderr, 'carl has no key on this machine.\n');
});

test('`key` says if the words are gone, if a key is tentative, or if its file is damaged', async (t) => {
  const home = await KeyedHome.create(t, await serveWithKey(t));
  const alice = await home.register('alice');
  t.is(await home.keys.dropSeed(home.nameOf('alice'), alice.key), undefined);
  const bob = Identity.create();
  await home.store('bob', bob, deviceOf(bob), true);
  await home.register('carl');
  const path = join(home.root, 'keys', (await readdir(join(home.root, 'keys'))).find(isCarls) ?? '');
  await writeFile(path, (await readFile(path, 'utf8')).replace('"serial":', '"serial":1'));
  const { code, stdout } = await home.run(['key']);
  t.is(code, 1);
  t.regex(stdout, /^alice at [^(]*\n {2}key[^(]*24 words {3}only on your paper$/m);
  t.regex(stdout, /^bob at .* \(tentative: the server has not confirmed that the id is registered\)$/m);
  t.regex(stdout, /^carl at .*: the key cannot be read: the file of the key is damaged$/m);
});

function isCarls(name: string): boolean {
  return name.startsWith('carl@') && name.endsWith('.json');
}
