/**
 * Tests the client's files on a disk that fails, and after a power cut or kill -9 at each operation.
 *
 * A story is a list of changes to one file. A crash during a change must leave the file as it was before or
 * after that change.
 */

import assert from 'node:assert/strict';
import { inspect, isDeepStrictEqual } from 'node:util';
import test from 'ava';
import type { UserId } from '../../protocol/id.js';
import type { Files } from '../../storage/files/files.js';
import { KeyFiles, type StoredKey } from '../../user-files/key-file.js';
import { type Pin, Pins } from '../../user-files/pins.js';
import { type Failed, isFailed } from '../../user-files/private-directory.js';
import { Servers } from '../../user-files/servers.js';
import { type DeliveryEntry, Undelivered } from '../../user-files/undelivered.js';
import { Random } from '../helpers/random.js';
import { type ErrorCode, type FaultKind, SimulatedFiles } from '../storage/simulated-files.js';
import { ALICE, done, keyOf } from './samples.js';

const ROOT = '/share/im';

/** How many power cuts are simulated at each operation. Each may leave other contents on the disk. */
const POWER_CUTS = 6;

const KINDS: readonly FaultKind[] = ['before', 'after', 'short'];
const CODES: readonly ErrorCode[] = ['EIO', 'ENOSPC', 'EROFS', 'ENOENT'];

type Change = (files: Files) => Promise<Failed | undefined>;

interface Story {
  readonly changes: readonly Change[];
  /** The state of the files, as a later process reads it. */
  readonly read: (files: Files) => Promise<unknown>;
  /** Whether a test also accepts `state` where it expects the state `expected`. By default, it does not. */
  readonly isAllowed?: (state: unknown, expected: unknown) => boolean;
}

const [bob, carol] = ['bob', 'carol'] as UserId[] as [UserId, UserId];

function pin(number: number, more: Partial<Pin> = {}): Pin {
  return { key: keyOf(number), floor: 0, by: 'server', ...more };
}

function pinned(buddy: UserId, state: Pin | 'forgotten'): Change {
  return (files) => new Pins(ROOT, ALICE, files).change(buddy, () => state);
}

/** Changes one pin so often that the file of pins grows long, and one of the next changes compacts it. */
const flapping: Change = async (files) => {
  const pins = new Pins(ROOT, ALICE, files);
  for (let floor = 1; floor < 450; floor++) await pins.change(bob, () => pin(1, { floor }));
  return undefined;
};

const KEY: StoredKey = {
  ...ALICE,
  identity: keyOf(1),
  serial: 10,
  floor: 3,
  device: 'the device',
  seed: 'S'.repeat(43),
  isTentative: true,
};

const server = { host: 'im.example', port: 1_234 };

function line(n: number): DeliveryEntry {
  return { is: 'line', n, atMs: 1, text: `line ${n}` };
}

function delivery(...steps: readonly ((open: Delivery) => Promise<Failed | undefined>)[]): Change {
  return async (files) => {
    const open = await new Undelivered(ROOT, ALICE, files).open(bob);
    if (isFailed(open)) return open;
    try {
      for (const step of steps) {
        const failed = await step(open);
        if (failed !== undefined) return failed;
      }
      return undefined;
    } finally {
      await open.close();
    }
  };
}

type Delivery = Exclude<Awaited<ReturnType<Undelivered['open']>>, Failed>;

/** Accepts `damaged` where no key is expected, because a client treats `damaged` more strictly. */
function mayBeDamaged(state: unknown, expected: unknown): boolean {
  if (!Array.isArray(state) || !Array.isArray(expected)) return false;
  return state.every(
    (each, index) =>
      isDeepStrictEqual(each, expected[index]) || (each === 'damaged' && expected[index] === undefined),
  );
}

const STORIES: Readonly<Record<string, Story>> = {
  pins: {
    changes: [
      pinned(bob, pin(1)),
      pinned(carol, pin(2)),
      pinned(bob, pin(1, { by: 'words', floor: 5 })),
      pinned(carol, pin(2, { other: { key: keyOf(3), floor: 0 } })),
      pinned(carol, 'forgotten'),
      pinned(bob, pin(4)),
    ],
    read: async (files) => {
      const view = await new Pins(ROOT, ALICE, files).read();
      return [view.find(bob), view.find(carol)];
    },
    isAllowed: mayBeDamaged,
  },
  servers: {
    changes: [
      (files) => new Servers(ROOT, files).add(server, 'none'),
      (files) => new Servers(ROOT, files).add(server, keyOf(1)),
      (files) => new Servers(ROOT, files).forget(server),
      (files) => new Servers(ROOT, files).add(server, keyOf(2)),
    ],
    read: async (files) => [(await new Servers(ROOT, files).find(server)).key],
    isAllowed: mayBeDamaged,
  },
  'the keys of an id': {
    changes: [
      (files) => new KeyFiles(ROOT, files).create(KEY),
      (files) => new KeyFiles(ROOT, files).confirm(ALICE, KEY.identity),
      (files) => new KeyFiles(ROOT, files).dropSeed(ALICE, KEY.identity),
      (files) =>
        new KeyFiles(ROOT, files).replaceDevice(ALICE, KEY.identity, { device: 'b', serial: 11, floor: 11 }),
      (files) => new KeyFiles(ROOT, files).restore({ ...KEY, serial: 12, floor: 11 }),
      (files) => new KeyFiles(ROOT, files).remove(ALICE, KEY.identity),
      (files) => new KeyFiles(ROOT, files).create({ ...KEY, identity: keyOf(2) }),
    ],
    read: (files) => new KeyFiles(ROOT, files).read(ALICE),
  },
  'undelivered lines': {
    changes: [
      delivery((open) => open.append([line(1)])),
      delivery((open) => open.append([line(2)])),
      delivery((open) => open.replace({ identity: keyOf(1), stream: '0123456789abcdef' }, [line(2)])),
      delivery((open) => open.append([line(3)])),
      (files) => new Undelivered(ROOT, ALICE, files).forget(bob),
      delivery((open) => open.append([line(4)])),
    ],
    read: async (files) => {
      const { stream, entries } = done(await new Undelivered(ROOT, ALICE, files).read(bob));
      return { stream, entries };
    },
  },
};

/** The state before the first change, and the state after each change. */
async function statesOf({ changes, read }: Story): Promise<unknown[]> {
  const files = new SimulatedFiles();
  const states = [await read(files)];
  for (const change of changes) {
    done(await change(files));
    states.push(await read(files));
  }
  return states;
}

function assertState(story: Story, state: unknown, expected: readonly unknown[], what: string): void {
  const isExpected = expected.some(
    (each) => isDeepStrictEqual(state, each) || story.isAllowed?.(state, each) === true,
  );
  assert(isExpected, `${what}: ${inspect(state)} instead of ${inspect(expected)}`);
}

for (const [name, story] of Object.entries(STORIES)) {
  test(`after a crash at each operation, the file has its old or its new contents: ${name}`, async (t) => {
    const states = await statesOf(story);
    const random = new Random(1);
    const files = new SimulatedFiles();
    const crashes: { readonly files: SimulatedFiles; readonly step: number; readonly isCut: boolean }[] = [];
    let step = 0;
    files.beforeOperation = () => {
      crashes.push({ files: files.kill(), step, isCut: false });
      for (let cut = 0; cut < POWER_CUTS; cut++)
        crashes.push({ files: files.powerCut(random), step, isCut: true });
    };
    for (const change of story.changes) {
      done(await change(files));
      step += 1;
    }
    for (const crash of crashes) {
      const what = `${crash.isCut ? 'power cut' : 'kill -9'} at change ${crash.step}`;
      const expected = states.slice(crash.step, crash.step + 2);
      assertState(story, await story.read(crash.files), expected, what);
      // Repeat the change, which may have been made before the crash.
      const again = story.changes[crash.step];
      if (again === undefined) continue;
      await again(crash.files);
      t.is(crash.files.openFiles, 0);
    }
    t.true(crashes.length > 100);
    t.log(`${crashes.length} crashes`);
  });

  test(`a failure leaves the file old or new, and a successful change is durable: ${name}`, async (t) => {
    const states = await statesOf(story);
    let failures = 0;
    for (const [step, change] of story.changes.entries()) {
      for (const kind of KINDS)
        for (const code of CODES) {
          for (let at = 1, hasEnded = false; !hasEnded; at++) {
            const files = new SimulatedFiles();
            for (const earlier of story.changes.slice(0, step)) done(await earlier(files));
            const before = files.count;
            files.failAt(before + at, kind, code);
            const failed = await change(files);
            hasEnded = files.count < before + at;
            files.heal();
            const what = `change ${step}, operation ${at} ${kind} ${code}`;
            const expected = failed === undefined ? [states[step + 1]] : states.slice(step, step + 2);
            assertState(story, await story.read(files), expected, what);
            assert.equal(files.openFiles, 0, what);
            // A change whose success was reported is durable.
            if (failed === undefined)
              assertState(story, await story.read(files.powerCut(new Random(at))), expected, what);
            else failures += 1;
          }
        }
    }
    t.true(failures > 50);
    t.log(`${failures} failures`);
  });
}

test('a crash while a long file of pins is compacted loses no pin', async (t) => {
  const files = new SimulatedFiles();
  done(await pinned(carol, pin(2))(files));
  await flapping(files);
  const random = new Random(2);
  const crashes: SimulatedFiles[] = [];
  let renames = 0;
  for (let floor = 450; renames === 0; floor++) {
    crashes.length = 0;
    const before = files.count;
    files.beforeOperation = () => {
      crashes.push(files.kill());
      for (let cut = 0; cut < POWER_CUTS; cut++) crashes.push(files.powerCut(random));
    };
    done(await pinned(bob, pin(1, { floor }))(files));
    renames = files.operations.slice(before).filter(({ name }) => name === 'rename').length;
  }
  for (const crash of crashes) {
    const view = await new Pins(ROOT, ALICE, crash).read();
    t.false(view.isDamaged);
    t.deepEqual(view.find(carol), pin(2));
    t.is((view.find(bob) as Pin).key, keyOf(1));
  }
});
