import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parseId, type UserId } from '../../protocol/id.js';
import { KeyFiles, type StoredKey } from '../../user-files/key-file.js';
import { mountMemory, needs } from '../helpers/faults.js';
import { SimulatedFiles } from '../storage/simulated-files.js';
import { temporaryDirectory } from '../storage/temporary-directory.js';
import { ALICE, done, keyOf } from './samples.js';

const SEED = `${'S'.repeat(42)}A`;

const KEY: StoredKey = {
  ...ALICE,
  identity: keyOf(1),
  serial: 10,
  floor: 3,
  device: '-----BEGIN "KEY"-----\n…\n',
  seed: SEED,
  isTentative: true,
};

const { seed: _, ...WITHOUT_SEED } = KEY;

test('a new key file is tentative; it can be confirmed, lose its seed, and be removed', async (t) => {
  const root = join(await temporaryDirectory(t), 'share', 'im');
  const keys = new KeyFiles(root);
  t.is(await keys.read(ALICE), undefined);
  done(await keys.create(KEY));
  t.deepEqual(await keys.read(ALICE), KEY);
  done(await keys.confirm(ALICE, KEY.identity));
  t.deepEqual(await keys.read(ALICE), { ...KEY, isTentative: false });
  done(await keys.dropSeed(ALICE, KEY.identity));
  t.deepEqual(await keys.read(ALICE), { ...WITHOUT_SEED, isTentative: false });
  const path = join(root, 'keys', `alice@${ALICE.server}.json`);
  t.is((await stat(path)).mode & 0o777, 0o600);
  t.false((await readFile(path, 'utf8')).includes(SEED));
  t.like(JSON.parse(await readFile(path, 'utf8')), { id: 'alice', identity: keyOf(1), serial: 10 });
  done(await keys.remove(ALICE, KEY.identity));
  t.is(await keys.read(ALICE), undefined);
  done(await keys.remove(ALICE, KEY.identity));
});

test('each id has its own key file, even if the id contains @, + or dots', async (t) => {
  const root = await temporaryDirectory(t);
  const keys = new KeyFiles(root);
  const ids = ['a', 'a@b', 'a+b', 'a.json', 'a..'].map((id) => parseId(id) as UserId);
  for (const [number, id] of ids.entries()) done(await keys.create({ ...KEY, id, identity: keyOf(number) }));
  for (const [number, id] of ids.entries())
    t.is(done(await keys.read({ ...ALICE, id }))?.identity, keyOf(number));
  await writeFile(join(root, 'keys/notes.txt'), '');
  const listed = done(await keys.list()).map(({ id, server }) => `${id} ${server}`);
  t.deepEqual(listed.sort(), ids.map((id) => `${id} ${ALICE.server}`).sort());
});

test('the key of another identity replaces a stored key only through `restore`', async (t) => {
  const keys = new KeyFiles('/share/im', new SimulatedFiles());
  const other = { ...KEY, identity: keyOf(2) };
  done(await keys.create(KEY));
  t.deepEqual(await keys.create(other), { reason: 'there is a key already' });
  const wrong = { reason: 'there is the key of another identity' };
  t.deepEqual(await keys.confirm(ALICE, keyOf(2)), wrong);
  t.deepEqual(await keys.dropSeed(ALICE, keyOf(2)), wrong);
  t.deepEqual(await keys.remove(ALICE, keyOf(2)), wrong);
  t.deepEqual(await keys.replaceDevice(ALICE, keyOf(2), { device: '', serial: 99, floor: 99 }), wrong);
  t.deepEqual(await keys.read(ALICE), KEY);
  done(await keys.restore(other));
  t.deepEqual(await keys.read(ALICE), other);
});

test('a stored device is replaced only by a device with a higher serial and no lower floor', async (t) => {
  const keys = new KeyFiles('/share/im', new SimulatedFiles());
  const device = { device: 'new', serial: 11, floor: 11 };
  t.deepEqual(await keys.replaceDevice(ALICE, KEY.identity, device), { reason: 'there is no key' });
  done(await keys.create(KEY));
  done(await keys.replaceDevice(ALICE, KEY.identity, device));
  t.deepEqual(await keys.read(ALICE), { ...KEY, ...device });
  for (const old of [device, { ...device, serial: 12, floor: 10 }])
    t.deepEqual(await keys.replaceDevice(ALICE, KEY.identity, old), {
      reason: 'there is a newer device already',
    });
});

test('if six keys are created at the same time, exactly one is stored', async (t) => {
  const root = await temporaryDirectory(t);
  const identities = Array.from({ length: 6 }, (_, number) => keyOf(number));
  const created = await Promise.all(
    identities.map((identity) => new KeyFiles(root).create({ ...KEY, identity })),
  );
  const winners = identities.filter((_, index) => created[index] === undefined);
  t.is(winners.length, 1);
  t.is(done(await new KeyFiles(root).read(ALICE))?.identity, winners[0]);
});

test('a damaged key file does not count as missing, and a restore replaces it', async (t) => {
  const root = await temporaryDirectory(t);
  const keys = new KeyFiles(root);
  done(await keys.create(KEY));
  const path = join(root, 'keys', `alice@${ALICE.server}.json`);
  const whole = await readFile(path);
  const damaged = { reason: 'the file of the key is damaged' };
  const flipped = Buffer.from(whole);
  flipped[whole.indexOf('SSS')] = 0x54;
  for (const bytes of [Buffer.alloc(0), whole.subarray(0, -1), whole.subarray(1), flipped]) {
    await writeFile(path, bytes);
    t.deepEqual(await keys.read(ALICE), damaged);
    t.deepEqual(await keys.confirm(ALICE, KEY.identity), damaged);
    t.deepEqual(await keys.create(KEY), { reason: 'there is a key already' });
  }
  const renamed = { ...ALICE, id: 'mallory' as UserId };
  await writeFile(join(root, 'keys', `mallory@${ALICE.server}.json`), whole, { mode: 0o600 });
  t.deepEqual(await keys.read(renamed), damaged, 'the file of another id');
  done(await keys.restore(KEY));
  t.deepEqual(await keys.read(ALICE), KEY);
});

test('a key file that other users can read is refused', async (t) => {
  const root = await temporaryDirectory(t);
  const keys = new KeyFiles(root);
  done(await keys.create(KEY));
  const path = join(root, 'keys', `alice@${ALICE.server}.json`);
  await chmod(path, 0o604);
  t.deepEqual(await keys.read(ALICE), { reason: `other users have access to ${path}: chmod 600 helps` });
});

test('on a full disk, a new key leaves no file, and a seed that is to be dropped stays', async (t) => {
  if (!(await needs(t, 'tmpfs'))) return;
  const mounted = await temporaryDirectory(t);
  // Three pages: for the root of the file system, for the filler below, and for one key file.
  await mountMemory(t, mounted, 'size=12k');
  const root = join(mounted, 'im');
  const keys = new KeyFiles(root);
  await writeFile(join(mounted, 'filler'), Buffer.alloc(12 * 1024)).catch(() => {});
  t.deepEqual(await keys.create(KEY), { reason: 'no space left on device' });
  t.is(await keys.read(ALICE), undefined);
  t.deepEqual(
    (await readdir(join(root, 'keys'))).filter((name) => !name.endsWith('.lock')),
    [],
  );
  await writeFile(join(mounted, 'filler'), Buffer.alloc(4 * 1024));
  done(await keys.create(KEY));
  t.deepEqual(await keys.dropSeed(ALICE, KEY.identity), { reason: 'no space left on device' });
  t.deepEqual(await keys.read(ALICE), KEY);
});
