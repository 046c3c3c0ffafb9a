import { chmod, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { UserId } from '../../protocol/id.js';
import { formatCheckedLine } from '../../user-files/checked-line.js';
import { MAX_PINS, type Pin, Pins, type StoredTrust } from '../../user-files/pins.js';
import { builtModule, startScript } from '../storage/node-script.js';
import { SimulatedFiles } from '../storage/simulated-files.js';
import { temporaryDirectory } from '../storage/temporary-directory.js';
import { ALICE, done, keyOf, writeTo } from './samples.js';

const PATH = `/share/im/pins/alice@${ALICE.server}.jsonl`;

const [bob, carol, dave, eve] = ['bob', 'carol', 'dave', 'eve'] as UserId[] as [
  UserId,
  UserId,
  UserId,
  UserId,
];

function pin(number: number, more: Partial<Pin> = {}): Pin {
  return { key: keyOf(number), floor: 0, by: 'server', ...more };
}

async function set(pins: Pins, buddy: UserId, state: Pin | 'forgotten'): Promise<void> {
  done(await pins.change(buddy, () => state));
}

/** Reads a file of pins with these bytes. Returns a function that says what is known about a buddy. */
async function trustIn(bytes: Buffer): Promise<(buddy: UserId) => StoredTrust> {
  const files = new SimulatedFiles();
  await writeTo(files, PATH, bytes);
  const view = await new Pins('/share/im', ALICE, files).read();
  return (buddy) => view.find(buddy);
}

async function bytesIn(files: SimulatedFiles): Promise<Buffer> {
  const file = await files.open(PATH);
  const bytes = Buffer.alloc(200_000);
  const length = await file.read(bytes, 0);
  await file.close();
  return bytes.subarray(0, length);
}

/** A file of pins in which each kind of line occurs. */
async function sample() {
  const files = new SimulatedFiles();
  const pins = new Pins('/share/im', ALICE, files);
  await set(pins, bob, pin(1));
  await set(pins, carol, pin(2, { by: 'key' }));
  await set(pins, bob, pin(1, { by: 'words', floor: 7 }));
  await set(pins, dave, pin(3, { other: { key: keyOf(4), floor: 9 } }));
  await set(pins, carol, 'forgotten');
  return { files, pins, bytes: await bytesIn(files) };
}

test('the last line about a buddy counts', async (t) => {
  const { pins } = await sample();
  const view = await pins.read();
  t.deepEqual(view.find(bob), pin(1, { by: 'words', floor: 7 }));
  t.is(view.find(carol), undefined);
  t.deepEqual(view.find(dave), pin(3, { other: { key: keyOf(4), floor: 9 } }));
  t.is(view.find(eve), undefined);
  t.deepEqual(view.subjects, [bob, dave]);
  t.false(view.isDamaged);
});

test('the lines are JSON, with a checksum', async (t) => {
  const { bytes } = await sample();
  const lines = bytes.toString().trimEnd().split('\n');
  const [first, , , changed, forgotten] = lines.map((line) => JSON.parse(line));
  t.like(first, { buddy: 'bob', key: keyOf(1), floor: 0, by: 'server' });
  t.like(changed, { buddy: 'dave', key: keyOf(3), other: { key: keyOf(4), floor: 9 } });
  t.like(forgotten, { buddy: 'carol', forgotten: true });
});

test('property: if the file is cut within a line, no pinned buddy counts as unknown', async (t) => {
  const { bytes } = await sample();
  const LF = 0x0a;
  for (let end = 1; end < bytes.length; end++) {
    const isAtEnd = bytes[end - 1] === LF || bytes[end] === LF;
    const trust = await trustIn(bytes.subarray(0, end));
    for (const buddy of isAtEnd ? [] : [bob, dave]) t.not(trust(buddy), undefined, `${buddy}, cut at ${end}`);
    if (!isAtEnd) t.is(trust(eve), 'damaged');
  }
});

test('property: if any byte is changed, no pinned buddy counts as unknown', async (t) => {
  const { bytes } = await sample();
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    for (const value of new Set([byte ^ 1, byte ^ 0x20, byte ^ 0x80, 0, 0x0a, 0x20, 0x7b])) {
      if (value === byte) continue;
      const flipped = Buffer.from(bytes);
      flipped[at] = value;
      const trust = await trustIn(flipped);
      for (const buddy of [bob, dave]) {
        const found = trust(buddy);
        const keys = buddy === bob ? [keyOf(1)] : [keyOf(3)];
        t.true(found === 'damaged' || (found !== undefined && keys.includes(found.key)), `byte ${at}`);
      }
    }
  }
});

test('after a damaged line, pinned buddies stay pinned, and all others count as damaged', async (t) => {
  const { files, pins, bytes } = await sample();
  await writeTo(files, PATH, Buffer.concat([bytes, Buffer.from('{"buddy":"ev')]));
  t.deepEqual((await pins.read()).find(bob), pin(1, { by: 'words', floor: 7 }));
  for (const buddy of [carol, eve]) t.is((await pins.read()).find(buddy), 'damaged');
  await set(pins, eve, pin(5));
  await set(pins, carol, 'forgotten');
  const view = await pins.read();
  t.deepEqual(view.find(eve), pin(5));
  t.is(view.find(carol), undefined);
  t.is(view.find('frank' as UserId), 'damaged');
  t.true(view.isDamaged);
  done(await pins.forgetDamage());
  t.is((await pins.read()).find('frank' as UserId), undefined);
  t.deepEqual((await pins.read()).find(eve), pin(5));
});

test('a complete line of an unknown kind counts as damage, and an empty line is ignored', async (t) => {
  const { bytes } = await sample();
  t.is((await trustIn(Buffer.concat([bytes, Buffer.from('\n\n')])))(eve), undefined);
  const odd = [
    { buddy: 'eve', key: keyOf(5), floor: 0, by: 'oracle' },
    { buddy: 'eve', key: keyOf(5), floor: -1, by: 'server' },
    { buddy: 'eve', key: 'short', floor: 0, by: 'server' },
    { buddy: 'Eve', key: keyOf(5), floor: 0, by: 'server' },
    { buddy: 'eve', key: keyOf(5), floor: 0, by: 'server', other: null },
    { buddy: 'eve' },
    { forgotten: true },
  ];
  for (const fields of odd) {
    const line = Buffer.from(`${formatCheckedLine(fields)}\n`);
    t.is((await trustIn(Buffer.concat([bytes, line])))(eve), 'damaged', JSON.stringify(fields));
  }
});

test('a file that has not changed is not read again', async (t) => {
  const { files, pins } = await sample();
  await pins.read();
  const before = files.count;
  const view = await pins.read();
  const names = files.operations.slice(before).map(({ name }) => name);
  t.deepEqual([...new Set(names)], ['facts']);
  t.is(await pins.read(), view);
  await set(new Pins('/share/im', ALICE, files), eve, pin(5));
  t.deepEqual((await pins.read()).find(eve), pin(5));
});

test('the callback of `change` gets the current state of the file, and may leave it unchanged', async (t) => {
  const { files, pins } = await sample();
  await pins.read();
  await set(new Pins('/share/im', ALICE, files), bob, pin(9));
  const before = (await bytesIn(files)).length;
  t.is(
    await pins.change(bob, (stored) => {
      t.deepEqual(stored, pin(9));
      return undefined;
    }),
    undefined,
  );
  t.deepEqual(await pins.change(bob, () => ({ reason: 'no' })), { reason: 'no' });
  t.is((await bytesIn(files)).length, before);
});

test('a long file is compacted, and has the same meaning afterwards', async (t) => {
  for (const end of ['', '{"damaged', '{"damaged\n']) {
    const { files, pins, bytes } = await sample();
    await writeTo(files, PATH, Buffer.concat([bytes, Buffer.from(end)]));
    await set(pins, eve, 'forgotten');
    let longest = 0;
    let length = 0;
    for (let floor = 1; length >= longest; floor++) {
      longest = length;
      await set(pins, bob, pin(1, { floor }));
      length = (await bytesIn(files)).length;
    }
    t.true(longest > 64 * 1024 && length < 2_000, `${longest}, ${length}`);
    const view = await pins.read();
    t.is(view.find(eve), undefined);
    t.is(view.find(carol), end === '' ? undefined : 'damaged');
    t.is(view.find('frank' as UserId), end === '' ? undefined : 'damaged');
    t.deepEqual(view.find(dave), pin(3, { other: { key: keyOf(4), floor: 9 } }));
    t.is((view.find(bob) as Pin).key, keyOf(1));
  }
});

test('the number of pinned buddies is limited; the number of changes to their pins is not', async (t) => {
  const lines = Array.from({ length: MAX_PINS }, (_, index) =>
    formatCheckedLine({ buddy: `buddy${index}`, key: keyOf(1), floor: 0, by: 'server' }),
  );
  const files = new SimulatedFiles();
  await writeTo(files, PATH, Buffer.from(`${lines.join('\n')}\n`));
  const pins = new Pins('/share/im', ALICE, files);
  t.deepEqual(await pins.change(eve, () => pin(1)), { reason: 'there are 20,000 already' });
  await set(pins, 'buddy7' as UserId, pin(2));
  await set(pins, 'buddy7' as UserId, 'forgotten');
  await set(pins, eve, pin(1));
});

test('if the file is refused, all buddies count as damaged, and the view says why', async (t) => {
  const root = await temporaryDirectory(t);
  const pins = new Pins(root, ALICE);
  await set(pins, bob, pin(1));
  const path = join(root, 'pins', `alice@${ALICE.server}.jsonl`);
  const contents = await readFile(path);
  const spoils: Readonly<Record<string, () => Promise<unknown>>> = {
    'other users can write to': () => chmod(path, 0o666),
    'is not a regular file': async () => {
      await rm(path);
      await writeFile(`${path}.real`, contents);
      await symlink(`${path}.real`, path);
    },
    'it has more than 33,554,432 bytes': async () => {
      await rm(path);
      await writeFile(path, Buffer.alloc(33 * 1024 * 1024));
    },
  };
  for (const [reason, spoil] of Object.entries(spoils)) {
    await spoil();
    const view = await pins.read();
    t.true(view.reason?.includes(reason), view.reason);
    for (const buddy of [bob, eve]) t.is(view.find(buddy), 'damaged');
    t.is(typeof (await pins.change(eve, () => pin(2)))?.reason, 'string');
  }
});

test('without a home no key is known, and none can be pinned', async (t) => {
  const pins = new Pins(undefined, ALICE);
  t.is((await pins.read()).find(bob), undefined);
  t.deepEqual(await pins.change(bob, () => pin(1)), { reason: 'HOME is not set' });
});

/** A script that pins `count` buddies, whose names begin with `name`, and prints each name that is pinned. */
function pinner(root: string, name: string, count: number): string {
  return `
    const { Pins } = await import('${builtModule('user-files/pins')}');
    const pins = new Pins(${JSON.stringify(root)}, ${JSON.stringify(ALICE)});
    for (let number = 0; number < ${count}; number++) {
      const failed = await pins.change('${name}' + number, () => (${JSON.stringify(pin(1))}));
      console.log(failed?.reason ?? '${name}' + number);
    }
  `;
}

for (const hasFlock of [true, false]) {
  const where = hasFlock ? '' : ', also without the command flock';
  test(`two processes that pin at the same time lose or tear no line${where}`, async (t) => {
    const root = await temporaryDirectory(t);
    const path = hasFlock ? '' : `process.env.PATH = ${JSON.stringify(await temporaryDirectory(t))};`;
    const scripts = ['one', 'two'].map((name) => startScript(t, path + pinner(root, name, 40)));
    await Promise.all(scripts.map(({ ended }) => ended));
    const view = await new Pins(root, ALICE).read();
    t.false(view.isDamaged);
    t.is(view.subjects.length, 80);
  });
}

test('after kill -9, the pins that the killed process had reported are kept', async (t) => {
  const root = await temporaryDirectory(t);
  for (let round = 0; round < 5; round++) {
    const script = startScript(t, pinner(root, `buddy${round}.`, 1_000));
    const reported: string[] = [];
    script.process.stdout?.on('data', (chunk) => {
      reported.push(...String(chunk).trim().split('\n'));
      if (reported.length > 5 * round) script.process.kill('SIGKILL');
    });
    await script.ended;
    const view = await new Pins(root, ALICE).read();
    t.false(view.isDamaged);
    t.true(reported.length > 0);
    for (const name of reported) t.deepEqual(view.find(name as UserId), pin(1), name);
  }
});
