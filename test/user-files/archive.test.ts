import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import { Archive } from '../../user-files/archive.js';
import { MAX_BLOCKED, readBlocked } from '../../user-files/blocked.js';
import type { HistoryMessage } from '../../user-files/history-line.js';
import { temporaryDirectory } from '../storage/temporary-directory.js';

const bob = 'bob' as UserId;
const hello: HistoryMessage = {
  isOwn: false,
  own: undefined,
  buddy: bob,
  address: undefined,
  text: 'hello' as DisplayText,
  atMs: 0,
};

test('find returns recorded messages', async (t) => {
  const archive = new Archive({ directory: await temporaryDirectory(t), keepsHistory: true });
  t.teardown(() => archive.close());
  t.is(archive.record(hello), undefined);
  t.deepEqual(await archive.find({ buddy: bob, search: '' }), [hello]);
  t.deepEqual(await archive.find({ buddy: 'carol' as UserId, search: '' }), []);
});

test('an archive that keeps no history writes no message, but still finds recorded messages', async (t) => {
  const directory = await temporaryDirectory(t);
  const before = new Archive({ directory, keepsHistory: true });
  before.record(hello);
  before.close();
  const archive = new Archive({ directory, keepsHistory: false });
  t.is(archive.record({ ...hello, text: 'secret' as DisplayText }), undefined);
  t.deepEqual(await archive.find({ buddy: bob, search: '' }), [hello]);
});

test('without a home, methods return the reason, and blocked names are kept only in memory', async (t) => {
  const archive = new Archive({ directory: undefined, keepsHistory: true });
  const failed = { reason: 'HOME is not set' };
  t.deepEqual(archive.record(hello), failed);
  t.deepEqual(await archive.find({ buddy: bob, search: '' }), failed);
  t.deepEqual(archive.readBlocked(), failed);
  t.deepEqual(archive.block('mallory'), failed);
  t.deepEqual(archive.blocked, ['mallory']);
});

test('a client that changes the block list keeps what another client of the user has blocked', async (t) => {
  const directory = await temporaryDirectory(t);
  const [one, other] = [0, 1].map(() => new Archive({ directory, keepsHistory: true })) as [Archive, Archive];
  t.is(one.block('Mallory'), undefined);
  t.is(other.block('192.0.2.7'), undefined);
  t.is(one.block('mallory'), undefined);
  t.deepEqual(one.blocked, ['192.0.2.7', 'mallory']);
  t.is(one.unblock('MALLORY'), undefined);
  t.deepEqual(readBlocked(directory), ['192.0.2.7']);
});

test('blocking fails for a full list or an invalid name', async (t) => {
  const directory = await temporaryDirectory(t);
  const full = Array.from({ length: MAX_BLOCKED }, (_, index) => `user${index}`);
  await writeFile(join(directory, 'blocked'), full.join('\n'));
  const archive = new Archive({ directory, keepsHistory: true });
  t.deepEqual(archive.block('mallory'), { reason: 'there are 1,000 already' });
  t.deepEqual(archive.block('../x'), { reason: 'that is not a valid id or address' });
  t.deepEqual(archive.blocked, full);
});

test('a block list that cannot be read is not overwritten', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'blocked');
  await writeFile(path, 'x'.repeat(300_000));
  const archive = new Archive({ directory, keepsHistory: true });
  t.deepEqual(archive.block('mallory'), { reason: 'it has more than 257,000 bytes' });
  t.deepEqual(archive.blocked, ['mallory'], 'in memory');
  t.is((await readFile(path, 'utf8')).length, 300_000);
});

test('a blocked name that cannot be written is kept in memory, and written with the next name', async (t) => {
  const nowhere = new Archive({ directory: '/proc/im', keepsHistory: true });
  const failed = { reason: 'no such file or directory' };
  t.deepEqual(nowhere.block('mallory'), failed);
  t.deepEqual(nowhere.block('trudy'), failed);
  t.deepEqual(nowhere.blocked, ['mallory', 'trudy']);

  const directory = await temporaryDirectory(t);
  const inTheWay = join(directory, `blocked.${process.pid}.part`);
  await mkdir(inTheWay);
  const archive = new Archive({ directory, keepsHistory: true });
  t.truthy(archive.block('mallory'));
  await rm(inTheWay, { recursive: true });
  t.is(archive.block('trudy'), undefined);
  t.deepEqual(readBlocked(directory), ['mallory', 'trudy']);
});
