import test from 'ava';
import { parseId, type UserId } from '../../protocol/id.js';
import { keyFileName, parseKeyFileName, serverName } from '../../user-files/key-file-name.js';
import { keyOf } from './samples.js';

const address = { host: 'im.example', port: 1_234 };

test('the name of a server with a key is the start of the key, whatever its address is', (t) => {
  const name = serverName(address, keyOf(1));
  t.is(name as string, keyOf(1).slice(0, 16));
  t.is(serverName({ host: '::1', port: 1 }, keyOf(1)), name);
  t.not(serverName(address, keyOf(2)), name);
});

test('the name of a server without a key depends on its address', (t) => {
  const name = serverName(address, undefined);
  t.regex(name, /^[0-9a-f]{16}$/);
  t.is(serverName({ ...address, host: 'IM.Example' }, undefined), name);
  t.not(serverName({ ...address, port: 1_235 }, undefined), name);
  // `printf '[::1]:1234' | sha256sum`
  t.is(serverName({ host: '::1', port: 1_234 }, undefined) as string, 'dd83c128aa19509b');
});

test('each id and server has its own file name, from which both can be read back', (t) => {
  const ids = ['a', 'a@b', 'a@', 'a.json', '_', 'a+b-c.', `a@${'A'.repeat(16)}`, 'x'.repeat(64)];
  const servers = [serverName(address, keyOf(1)), serverName(address, undefined)];
  const names = ids.flatMap((id) => servers.map((server) => ({ id: parseId(id) as UserId, server })));
  t.is(new Set(names.map(keyFileName)).size, names.length);
  for (const name of names) t.deepEqual(parseKeyFileName(keyFileName(name)), name);
});

test('a text is a file name only if it is an id, then @, then the name of a server', (t) => {
  const server = 'A'.repeat(16);
  for (const text of ['', 'alice', `@${server}`, `Alice@${server}`, `alice@${server}x`, `../x@${server}`]) {
    t.is(parseKeyFileName(text), undefined, text);
  }
});
