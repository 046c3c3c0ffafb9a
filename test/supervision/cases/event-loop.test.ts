import { readFile } from 'node:fs/promises';
import test from 'ava';
import { type AnyActorRef, createActor } from 'xstate';
import { type BehaviourLogic, fromBehaviour } from '../../../supervision/behaviour.js';
import { dynamicSupervisor } from '../../../supervision/dynamic-supervisor.js';
import { run } from '../../../supervision/run.js';
import { supervisor } from '../../../supervision/supervisor.js';
import type { WorkerEvent } from '../../helpers/actors.js';
import { iterationsUntil } from '../../helpers/event-loop.js';

const idle: BehaviourLogic<WorkerEvent, undefined> = fromBehaviour((scope) => ({
  receive({ type }) {
    if (type === 'crash') throw new Error('crash');
    scope.end();
  },
}));

/** Runs a crash loop for a number of restarts, and counts other event-loop work meanwhile. */
async function workDuring(
  logic: Parameters<typeof createActor>[0],
  restarts: number,
  begin: (root: AnyActorRef) => void,
) {
  const work = { immediates: 0, timers: 0, files: 0 };
  /** Event-loop iterations before each restart. */
  const between: number[] = [];
  let over = false;
  const immediate = () => {
    work.immediates += 1;
    if (!over) setImmediate(immediate);
  };
  const timer = () => {
    work.timers += 1;
    if (!over) setTimeout(timer, 0);
  };
  const file = async () => {
    while (!over) {
      await readFile('package.json');
      work.files += 1;
    }
  };
  const root: AnyActorRef & { start(): void } = createActor(logic);
  setImmediate(immediate);
  setTimeout(timer, 0);
  const reading = file();
  await new Promise<void>((resolve, reject) => {
    root.subscribe({ error: reject });
    let last = -1;
    root.on('child.restarting', () => {
      between.push(work.immediates - last);
      last = work.immediates;
      if (between.length === restarts) resolve();
    });
    root.start();
    begin(root);
  });
  over = true;
  root.stop();
  await reading;
  return { ...work, between: between.slice(1) };
}

/** A logic that starts once and then crashes. All later starts fail. */
function failing() {
  let starts = 0;
  return fromBehaviour<WorkerEvent>((scope) => {
    starts += 1;
    if (starts > 1) throw new Error('cannot start');
    queueMicrotask(() => scope.fail(new Error('crash')));
    return { receive: () => {} };
  });
}

/** A logic that starts each time, and crashes as soon as it is up. */
function brief() {
  return fromBehaviour<WorkerEvent>((scope) => {
    queueMicrotask(() => scope.fail(new Error('crash')));
    return { receive: () => {} };
  });
}

/** True when the event loop had an iteration before each restart. */
function isShared(between: readonly number[]): boolean {
  return between.every((iterations) => iterations > 0);
}

const RESTARTS = 50;
const limits = { intensity: RESTARTS * 2, periodMs: 1_000_000 };

for (const [name, logic] of [
  ['each restart fails', failing],
  ['each restart succeeds', brief],
] as const) {
  for (const strategy of ['one_for_one', 'one_for_all', 'rest_for_one'] as const) {
    test.serial(
      `35 a crash loop never blocks the event loop: timers and I/O go on: ${strategy}, ${name}`,
      async (t) => {
        const children = [
          { id: 'a', logic: idle },
          { id: 'bad', logic: logic() },
        ];
        const tree = supervisor({ strategy, limits, children });
        const { between, files, timers } = await workDuring(tree, RESTARTS, () => {});
        t.true(isShared(between), String(between));
        t.true(timers > 10, `${timers} timers`);
        t.true(files > 0);
      },
    );
  }

  test.serial(`35 a crash loop of a dynamic child does not block the event loop: ${name}`, async (t) => {
    const tree = dynamicSupervisor({ template: { id: 'bad', logic: logic() }, limit: 1, limits });
    const { between, files, timers } = await workDuring(tree, RESTARTS, (root) =>
      root.send({ type: 'child.start', input: undefined }),
    );
    t.true(isShared(between), String(between));
    t.true(timers > 10, `${timers} timers`);
    t.true(files > 0);
  });
}

/** A logic that becomes ready in a microtask. Microtasks run before all other work of the event loop. */
const soonReady = fromBehaviour<WorkerEvent>((scope) => {
  queueMicrotask(() => scope.ready());
  return { starting: true, receive: () => {} };
});

for (const [name, logic] of [
  ['ready at once', idle],
  ['ready in a microtask', soonReady],
] as const) {
  test.serial(`35 starting and stopping a long list does not block the event loop: ${name}`, async (t) => {
    const children = Array.from({ length: 1_000 }, (_, index) => ({ id: `c${index}`, logic }));
    const { iterations: starting, value: tree } = await iterationsUntil(async () => {
      const tree = run(supervisor({ children }));
      t.true(await tree.ready);
      return tree;
    });
    t.true(starting >= 5, `${starting} iterations at the start`);
    const { iterations: stopping } = await iterationsUntil(async () => {
      tree.shutdown();
      t.deepEqual(await tree.ended, {});
    });
    t.true(stopping >= 5, `${stopping} iterations at the end`);
  });
}
