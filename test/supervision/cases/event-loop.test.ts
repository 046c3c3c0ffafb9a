import { readFile } from 'node:fs/promises';
import test from 'ava';
import { type AnyActorRef, createActor } from 'xstate';
import { type BehaviourLogic, fromBehaviour } from '../../../supervision/behaviour.js';
import { dynamicSupervisor } from '../../../supervision/dynamic-supervisor.js';
import { run } from '../../../supervision/run.js';
import { supervisor } from '../../../supervision/supervisor.js';
import type { WorkerEvent } from '../../helpers/actors.js';
import { turnsUntil } from '../../helpers/event-loop.js';

const idle: BehaviourLogic<WorkerEvent, undefined> = fromBehaviour((scope) => ({
  receive({ type }) {
    if (type === 'crash') throw new Error('crash');
    scope.end();
  },
}));

/**
 * Lets a tree loop until there were so many restarts, and tells how often others had their turn meanwhile.
 */
async function turnsDuring(
  logic: Parameters<typeof createActor>[0],
  restarts: number,
  begin: (root: AnyActorRef) => void,
) {
  const turns = { immediates: 0, timers: 0, files: 0 };
  /** Turns of the event loop before each restart. */
  const between: number[] = [];
  let over = false;
  const immediate = () => {
    turns.immediates += 1;
    if (!over) setImmediate(immediate);
  };
  const timer = () => {
    turns.timers += 1;
    if (!over) setTimeout(timer, 0);
  };
  const file = async () => {
    while (!over) {
      await readFile('package.json');
      turns.files += 1;
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
      between.push(turns.immediates - last);
      last = turns.immediates;
      if (between.length === restarts) resolve();
    });
    root.start();
    begin(root);
  });
  over = true;
  root.stop();
  await reading;
  return { ...turns, between: between.slice(1) };
}

/** Crashes at every start but the first. */
function failing() {
  let starts = 0;
  return fromBehaviour<WorkerEvent>((scope) => {
    starts += 1;
    if (starts > 1) throw new Error('cannot start');
    queueMicrotask(() => scope.fail(new Error('crash')));
    return { receive: () => {} };
  });
}

/** Crashes as soon as it is up. */
function brief() {
  return fromBehaviour<WorkerEvent>((scope) => {
    queueMicrotask(() => scope.fail(new Error('crash')));
    return { receive: () => {} };
  });
}

/** Others had their turn before each restart. */
function isShared(between: readonly number[]): boolean {
  return between.every((turns) => turns > 0);
}

const RESTARTS = 50;
const limits = { intensity: RESTARTS * 2, periodMs: 1_000_000 };

for (const [name, logic] of [
  ['it cannot be started any more', failing],
  ['it crashes once it is up', brief],
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
        const { between, files, timers } = await turnsDuring(tree, RESTARTS, () => {});
        t.true(isShared(between), String(between));
        t.true(timers > 10, `${timers} timers`);
        t.true(files > 0);
      },
    );
  }

  test.serial(`35 nor does that of a dynamic child: ${name}`, async (t) => {
    const tree = dynamicSupervisor({ template: { id: 'bad', logic: logic() }, limit: 1, limits });
    const { between, files, timers } = await turnsDuring(tree, RESTARTS, (root) =>
      root.send({ type: 'child.start', input: undefined }),
    );
    t.true(isShared(between), String(between));
    t.true(timers > 10, `${timers} timers`);
    t.true(files > 0);
  });
}

/** Becomes ready in a microtask, which comes before anything else that the event loop has to do. */
const soonReady = fromBehaviour<WorkerEvent>((scope) => {
  queueMicrotask(() => scope.ready());
  return { starting: true, receive: () => {} };
});

for (const [name, logic] of [
  ['ready at once', idle],
  ['ready in a microtask', soonReady],
] as const) {
  test.serial(`35 nor does the start or the stop of a long list: ${name}`, async (t) => {
    const children = Array.from({ length: 1_000 }, (_, index) => ({ id: `c${index}`, logic }));
    const { turns: starting, value: tree } = await turnsUntil(async () => {
      const tree = run(supervisor({ children }));
      t.true(await tree.ready);
      return tree;
    });
    t.true(starting >= 5, `${starting} turns at the start`);
    const { turns: stopping } = await turnsUntil(async () => {
      tree.shutdown();
      t.deepEqual(await tree.ended, {});
    });
    t.true(stopping >= 5, `${stopping} turns at the end`);
  });
}
