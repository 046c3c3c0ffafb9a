import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { MAX_SERVERS, Servers } from '../../user-files/servers.js';
import { SimulatedFiles } from '../storage/simulated-files.js';
import { temporaryDirectory } from '../storage/temporary-directory.js';
import { done, keyOf, writeTo } from './samples.js';

const one = { host: 'IM.example', port: 1_234 };
const other = { host: '::1', port: 1_234 };

function files(): SimulatedFiles {
  return new SimulatedFiles();
}

test('a server is remembered with its key, or with `none`, until it is forgotten', async (t) => {
  const root = await temporaryDirectory(t);
  const servers = new Servers(root);
  t.deepEqual(await servers.find(one), { key: undefined, reason: undefined });
  done(await servers.add(one, keyOf(1)));
  done(await servers.add(other, 'none'));
  t.is((await servers.find({ ...one, host: 'im.EXAMPLE' })).key, keyOf(1));
  t.is((await new Servers(root).find(other)).key, 'none');
  t.is((await servers.find({ ...one, port: 1_235 })).key, undefined);
  done(await servers.forget(one));
  t.is((await servers.find(one)).key, undefined);
  const lines = (await readFile(join(root, 'servers.jsonl'), 'utf8')).split('\n');
  t.like(JSON.parse(lines[0] ?? ''), { server: 'im.example:1234', key: keyOf(1) });
  t.like(JSON.parse(lines[1] ?? ''), { server: '[::1]:1234', key: null });
  t.like(JSON.parse(lines[2] ?? ''), { server: 'im.example:1234', forgotten: true });
});

test('the list names the servers, and says whether the file is damaged', async (t) => {
  const root = await temporaryDirectory(t);
  const servers = new Servers(root);
  t.deepEqual(await servers.list(), { known: [], isDamaged: false });
  done(await servers.add(one, keyOf(1)));
  done(await servers.add(other, 'none'));
  done(await servers.forget(other));
  const known = [{ server: 'im.example:1234', key: keyOf(1) }];
  t.deepEqual(await servers.list(), { known, isDamaged: false });
  await appendFile(join(root, 'servers.jsonl'), 'damage\n');
  t.deepEqual(await servers.list(), { known, isDamaged: true });
});

test('a known key is not replaced, but a key replaces `none`', async (t) => {
  const servers = new Servers('/share/im', files());
  done(await servers.add(one, 'none'));
  done(await servers.add(one, keyOf(1)));
  done(await servers.add(one, keyOf(1)));
  for (const key of [keyOf(2), 'none'] as const)
    t.deepEqual(await servers.add(one, key), { reason: 'another key is known' });
  t.is((await servers.find(one)).key, keyOf(1));
  done(await servers.forget(one));
  done(await servers.add(one, keyOf(2)));
  t.is((await servers.find(one)).key, keyOf(2));
});

test('in a damaged file, a server without a good line must be forgotten before it is added', async (t) => {
  const disk = files();
  const servers = new Servers('/share/im', disk);
  done(await servers.add(one, keyOf(1)));
  done(await servers.add(other, 'none'));
  const last = (await disk.open('/share/im/servers.jsonl')) as Awaited<ReturnType<typeof disk.open>>;
  const bytes = Buffer.alloc(1_000);
  const length = await last.read(bytes, 0);
  await writeTo(disk, '/share/im/servers.jsonl', bytes.subarray(0, length - 5));
  t.is((await servers.find(one)).key, keyOf(1));
  t.is((await servers.find(other)).key, 'damaged');
  t.deepEqual(await servers.add(other, 'none'), { reason: 'another key is known' });
  done(await servers.forget(other));
  t.is((await servers.find(other)).key, undefined);
  done(await servers.add(other, keyOf(2)));
  t.is((await servers.find(other)).key, keyOf(2));
});

test('the number of servers and the length of their names are limited', async (t) => {
  const servers = new Servers('/share/im', files());
  for (let port = 1; port <= MAX_SERVERS; port++) done(await servers.add({ host: 'a', port }, 'none'));
  t.deepEqual(await servers.add(one, 'none'), { reason: 'there are 1,000 already' });
  done(await servers.forget({ host: 'a', port: 1 }));
  done(await servers.add(one, 'none'));
  t.deepEqual(await servers.add({ host: 'a'.repeat(301), port: 1 }, 'none'), {
    reason: 'the name is not valid',
  });
});
