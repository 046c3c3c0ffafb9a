import { appendFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { UserId } from '../../protocol/id.js';
import { type DeliveryEntry, type OpenDelivery, Undelivered } from '../../user-files/undelivered.js';
import { builtModule, startScript } from '../storage/node-script.js';
import { SimulatedFiles } from '../storage/simulated-files.js';
import { temporaryDirectory } from '../storage/temporary-directory.js';
import { ALICE, done, keyOf } from './samples.js';

const bob = 'bob' as UserId;

const STREAM = { identity: keyOf(1), stream: '0123456789abcdef' };

const NONE = { stream: undefined, entries: [], damaged: 0 };

const ENTRIES: readonly DeliveryEntry[] = [
  { is: 'line', n: 1, atMs: 1_700_000_000_000, text: 'hello "bob"\u2028\u0000é' },
  { is: 'line', n: 2, atMs: 1_700_000_000_001, text: '' },
  { is: 'settled', n: 1 },
  { is: 'have', stream: 'fedcba9876543210', have: 7 },
];

function line(n: number): DeliveryEntry {
  return { is: 'line', n, atMs: 1, text: `line ${n}` };
}

async function opened(undelivered: Undelivered): Promise<OpenDelivery> {
  return done(await undelivered.open(bob));
}

test('a record is a private file, and its entries are read back in their order', async (t) => {
  const root = await temporaryDirectory(t);
  const undelivered = new Undelivered(root, ALICE);
  t.deepEqual(await undelivered.read(bob), NONE);
  t.deepEqual(await undelivered.buddies(), []);
  const delivery = await opened(undelivered);
  done(await delivery.replace(STREAM, []));
  for (const entry of ENTRIES) done(await delivery.append([entry]));
  const stored = { stream: STREAM, entries: ENTRIES, damaged: 0 };
  t.deepEqual(await undelivered.read(bob), stored);
  await delivery.close();
  const again = await opened(undelivered);
  t.deepEqual(again.stored, stored);
  await again.close();
  t.deepEqual(await undelivered.buddies(), [bob]);
  const path = join(root, 'undelivered', `alice@${ALICE.server}`, 'bob.jsonl');
  t.is((await stat(path)).mode & 0o777, 0o600);
});

test('simultaneous appends are written together, in the order of the calls', async (t) => {
  const files = new SimulatedFiles();
  const delivery = await opened(new Undelivered('/share/im', ALICE, files));
  const appends = Array.from({ length: 100 }, (_, index) => delivery.append([line(index)]));
  for (const append of await Promise.all(appends)) done(append);
  const writes = files.operations.filter(({ name, path }) => name === 'write' && path.endsWith('.jsonl'));
  t.true(writes.length <= 2, `${writes.length} writes`);
  const { entries } = done(await new Undelivered('/share/im', ALICE, files).read(bob));
  t.deepEqual(
    entries,
    appends.map((_, index) => line(index)),
  );
});

test('a replacement is written after earlier appends, and before later ones', async (t) => {
  const root = await temporaryDirectory(t);
  const undelivered = new Undelivered(root, ALICE);
  const delivery = await opened(undelivered);
  const changes = [
    delivery.append([line(1)]),
    delivery.replace(STREAM, [line(2)]),
    delivery.append([line(3)]),
    delivery.append([line(4)]),
  ];
  for (const change of await Promise.all(changes)) done(change);
  await delivery.close();
  t.deepEqual(await undelivered.read(bob), {
    stream: STREAM,
    entries: [line(2), line(3), line(4)],
    damaged: 0,
  });
});

test('`isLong` says that a file should be replaced, and no append exceeds the maximum length', async (t) => {
  const undelivered = new Undelivered('/share/im', ALICE, new SimulatedFiles());
  const delivery = await opened(undelivered);
  const long = { ...line(1), text: 'x'.repeat(3 * 1024 * 1024) } as DeliveryEntry;
  done(await delivery.append([long]));
  t.false(delivery.isLong);
  for (let count = 0; count < 4; count++) done(await delivery.append([long]));
  t.true(delivery.isLong);
  t.deepEqual(await delivery.append([long]), { reason: 'it would have more than 16,777,216 bytes' });
  done(await delivery.replace(STREAM, [line(1)]));
  t.false(delivery.isLong);
});

test('a torn line is skipped and counted, and the next line is complete', async (t) => {
  const root = await temporaryDirectory(t);
  const undelivered = new Undelivered(root, ALICE);
  const first = await opened(undelivered);
  done(await first.append([line(1)]));
  await first.close();
  const path = join(root, 'undelivered', `alice@${ALICE.server}`, 'bob.jsonl');
  await appendFile(path, '{"is":"line","n":2,"at');
  const second = await opened(undelivered);
  t.is(second.stored.damaged, 1);
  done(await second.append([line(3)]));
  await second.close();
  t.deepEqual(await undelivered.read(bob), { stream: undefined, entries: [line(1), line(3)], damaged: 1 });
});

test('while a process has the record of a buddy open, no other process can open the record', async (t) => {
  const root = await temporaryDirectory(t);
  const script = startScript(
    t,
    `
      const { Undelivered } = await import('${builtModule('user-files/undelivered')}');
      const delivery = await new Undelivered(${JSON.stringify(root)}, ${JSON.stringify(ALICE)}).open('bob');
      await delivery.append([${JSON.stringify(line(1))}]);
      console.log('open');
      setInterval(() => delivery, 1_000); // keeps it from the garbage collector
    `,
  );
  t.is(await script.firstLine, 'open');
  const undelivered = new Undelivered(root, ALICE);
  const refused = (await undelivered.open(bob)) as { reason: string };
  t.regex(refused.reason, new RegExp(`^in use by process ${script.process.pid} on `));
  t.deepEqual(done(await undelivered.read(bob)).entries, [line(1)]);
  script.process.kill('SIGKILL');
  await script.ended;
  const delivery = await opened(undelivered);
  t.deepEqual(delivery.stored.entries, [line(1)]);
  await delivery.close();
});

test('forgetting a buddy removes their name from the disk', async (t) => {
  const root = await temporaryDirectory(t);
  const undelivered = new Undelivered(root, ALICE);
  done(await undelivered.forget(bob));
  t.deepEqual(await readdir(root), []);
  const delivery = await opened(undelivered);
  done(await delivery.append([line(1)]));
  await delivery.close();
  done(await undelivered.forget(bob));
  t.deepEqual(await readdir(join(root, 'undelivered', `alice@${ALICE.server}`)), []);
  const again = await opened(undelivered);
  t.deepEqual(again.stored.entries, []);
  await again.close();
});

test('without a home there are no records, and none can be kept', async (t) => {
  const undelivered = new Undelivered(undefined, ALICE);
  t.deepEqual(await undelivered.read(bob), NONE);
  t.deepEqual(await undelivered.buddies(), []);
  t.deepEqual(await undelivered.open(bob), { reason: 'HOME is not set' });
});
