import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { type AnyActorRef, createActor } from 'xstate';
import { addChild, countChildren, deleteChild, terminateChild } from '../../supervision/administration.js';
import { type BehaviourLogic, fromBehaviour } from '../../supervision/behaviour.js';
import { dynamicSupervisor } from '../../supervision/dynamic-supervisor.js';
import { run } from '../../supervision/run.js';
import { supervisor } from '../../supervision/supervisor.js';
import type { WorkerEvent } from '../helpers/actors.js';
import { iterationsUntil } from '../helpers/event-loop.js';

// The numbers in the titles are those of docs/supervision-cases.md.

const idle: BehaviourLogic<WorkerEvent, undefined> = fromBehaviour((scope) => ({
  receive({ type }) {
    if (type === 'crash') throw new Error('crash');
    scope.end();
  },
}));

/** Starts a dynamic supervisor. Tracks the number of its children, and the newest child. */
function many(limit: number) {
  const logic = dynamicSupervisor({ template: { id: 'c', logic: idle, restart: 'temporary' }, limit });
  const root = createActor(logic);
  const crowd = { root, alive: 0, last: undefined as AnyActorRef | undefined };
  root.on('child.started', ({ actor }) => {
    crowd.last = actor;
    crowd.alive += 1;
  });
  root.on('child.ended', () => {
    crowd.alive -= 1;
  });
  root.start();
  return crowd;
}

type Crowd = ReturnType<typeof many>;

function start({ root }: Crowd, count: number): void {
  for (let starts = 0; starts < count; starts++) root.send({ type: 'child.start', input: undefined });
}

const reply = () => {};

/** Starts and ends children one after the other: they end by themselves, crash, or are terminated. */
function churn(crowd: Crowd, count: number): void {
  for (let starts = 0; starts < count; starts++) {
    start(crowd, 1);
    const child = crowd.last as AnyActorRef;
    if (starts % 3 === 0) child.send({ type: 'finish' });
    else if (starts % 3 === 1) child.send({ type: 'crash' });
    else crowd.root.send({ type: 'child.terminate', child, reply });
  }
}

function millisecondsOf(action: () => void): number {
  const before = performance.now();
  action();
  return performance.now() - before;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

/**
 * The maximum ratio between the cost of one child among 100,000 children and the cost of one child among
 * 1,000. The ratio would be 100 if the cost of a child grew with the number of children.
 */
const FACTOR = 10;

test.serial('33 starting and stopping n dynamic children takes linear time, up to 100,000', (t) => {
  const sizes = [1_000, 100_000] as const;
  const costs = sizes.map((size) => {
    const rounds = size === 1_000 ? 15 : 1;
    const measured = Array.from({ length: rounds }, () => {
      const crowd = many(size);
      const startMs = millisecondsOf(() => start(crowd, size));
      t.is(crowd.alive, size);
      const stopMs = millisecondsOf(() => crowd.root.send({ type: 'shutdown.requested' }));
      t.is(crowd.alive, 0);
      t.is(crowd.root.getSnapshot().status, 'done');
      return { start: startMs / size, stop: stopMs / size };
    });
    return {
      start: median(measured.map(({ start }) => start)),
      stop: median(measured.map(({ stop }) => stop)),
    };
  });
  const [few, most] = costs as [(typeof costs)[0], (typeof costs)[0]];
  t.true(most.start < FACTOR * few.start, `start: ${few.start} and ${most.start} ms each`);
  t.true(most.stop < FACTOR * few.stop, `stop: ${few.stop} and ${most.stop} ms each`);
});

test.serial('33 one start and one stop cost the same among 1,000 and among 100,000 children', (t) => {
  const crowds = [1_000, 100_000].map((size) => {
    const crowd = many(size + 1);
    start(crowd, size);
    return { crowd, timesMs: [] as number[] };
  });
  for (let round = 0; round < 15; round++) {
    for (const { crowd, timesMs } of crowds) timesMs.push(millisecondsOf(() => churn(crowd, 300)));
  }
  const [few, most] = crowds.map(({ timesMs }) => median(timesMs)) as [number, number];
  t.true(most < FACTOR * few, `${few} and ${most} ms for 300`);
  for (const { crowd } of crowds) crowd.root.stop();
});

test.serial('34 a million short-lived children leave memory flat', (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const crowd = many(1);
  const usedBytes = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  churn(crowd, 100_000);
  const before = usedBytes();
  churn(crowd, 900_000);
  const growth = usedBytes() - before;
  t.is(crowd.alive, 0);
  // A leak of one pointer for each child would be 7 MB.
  t.true(growth < 3_000_000, `${growth} bytes more after 900,000 children`);
});

test.serial(
  '41 a list of 100,000 children starts, changes and stops without blocking the event loop',
  async (t) => {
    const size = 100_000;
    const children = Array.from({ length: size }, (_, index) => ({ id: `c${index}`, logic: idle }));
    const { iterations: starting, value: tree } = await iterationsUntil(async () => {
      const tree = run(supervisor({ children }));
      t.true(await tree.ready);
      return tree;
    });
    t.true(starting >= size / 1_000, `${starting} iterations at the start`);
    t.is((await countChildren(tree.root)).active, size);

    // Sends all requests at once, for children from all parts of the list.
    const changes = 10_000;
    const { iterations: changing } = await iterationsUntil(async () => {
      const ids = Array.from({ length: changes }, (_, index) => `c${(index * 99_991) % size}`);
      const ends = ids.map((id) => terminateChild(tree.root, id));
      const added = Array.from({ length: changes }, (_, index) =>
        addChild(tree.root, { id: `added ${index}`, logic: idle }),
      );
      for (const { ok } of await Promise.all([...ends, ...added])) t.true(ok);
    });
    t.true(changing >= changes / 1_000, `${changing} iterations meanwhile`);
    t.like(await countChildren(tree.root), { specs: size + changes, active: size });

    const { iterations: stopping } = await iterationsUntil(async () => {
      tree.shutdown();
      t.deepEqual(await tree.ended, {});
    });
    t.true(stopping >= size / 1_000, `${stopping} iterations at the end`);
  },
);

test.serial(
  'names that are added and deleted leave memory flat once their addresses are dropped',
  async (t) => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { root } = run(supervisor({ children: [] }));
    let names = 0;
    const addAndDelete = async (count: number) => {
      for (const last = names + count; names < last; names++) {
        const id = `name ${names}`;
        await addChild(root, { id, logic: idle, address: { stashLimit: 1 } });
        await terminateChild(root, id);
        await deleteChild(root, id);
      }
    };
    const usedBytes = async () => {
      // After a mailbox was garbage-collected, its name leaves the list of closed names in a later iteration.
      for (let iterations = 0; iterations < 5; iterations++) {
        collect();
        await new Promise((resolve) => setImmediate(resolve));
      }
      return process.memoryUsage().heapUsed;
    };
    await addAndDelete(20_000);
    const before = await usedBytes();
    await addAndDelete(80_000);
    const growth = (await usedBytes()) - before;
    // One word for each name would be 640 kB, an entry of a map 5 MB, a mailbox 100 MB.
    t.true(growth < 3_000_000, `${growth} bytes more after 80,000 names`);
    root.stop();
  },
);
