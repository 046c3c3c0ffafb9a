/**
 * Tests stores that share a model of PostgreSQL, with faults at random steps. The time is virtual, so that no
 * test waits for a deadline.
 */

import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { PostgresDirectory } from '../../../storage/postgres/postgres-store.js';
import type { Store } from '../../../storage/store.js';
import { anyChange, changes, id } from '../changes.js';
import { ModelEngine } from './engine-model.js';
import { type Incident, play, type Script, type Tally, type Turn } from './model-run.js';
import { type Fault, ModelClient, type Step } from './model-session.js';
import { VirtualTime } from './virtual-time.js';

const NUM_RUNS = 300;

const anyPause = fc.constantFrom(0, 1, 10, 50, 200, 1_000, 4_000, 20_000);

const anyFault = fc.constantFrom<Fault>('cut before', 'cut after', 'silent before', 'silent after');

/** Steps. On average, one step in `oneIn` fails. */
function stepsWithFaults(oneIn: number): fc.Arbitrary<Step[]> {
  const fault = fc.oneof(
    { weight: oneIn - 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: anyFault },
  );
  return fc.array(fc.record({ ms: fc.nat(20), fault }), { maxLength: 60, size: 'max' });
}

const anyTurn: fc.Arbitrary<Turn> = fc.record({
  pauseMs: anyPause,
  what: fc.oneof(
    { weight: 6, arbitrary: fc.array(anyChange, { maxLength: 4, size: 'max' }) },
    { weight: 2, arbitrary: fc.constant('catch up' as const) },
    { weight: 1, arbitrary: fc.constant('open again' as const) },
  ),
});

const INCIDENTS: readonly Incident['what'][] = [
  'standby stops',
  'standby stops',
  'standby goes on',
  'primary stops',
  'primary goes on',
  'primary crashes',
  'primary is replaced',
  'primary is replaced and stays',
  'replaced primaries end',
  'wait is cancelled',
  'wait is terminated',
  'log is trimmed',
];

function anyScript(incidents: readonly Incident['what'][]): fc.Arbitrary<Script> {
  return fc.record({
    maxRows: fc.integer({ min: 2, max: 4 }),
    servers: fc.array(
      fc.record({
        turns: fc.array(anyTurn, { maxLength: 8, size: 'max' }),
        steps: fc.oneof(stepsWithFaults(4), stepsWithFaults(10)),
      }),
      { minLength: 2, maxLength: 3 },
    ),
    incidents: fc.array(fc.record({ pauseMs: anyPause, what: fc.constantFrom(...incidents) }), {
      maxLength: 12,
      size: 'max',
    }),
  });
}

/** Plays scripts, and adds up what happened. */
async function playAll(scripts: fc.Arbitrary<Script>): Promise<Tally> {
  const total = new Map<string, number>();
  const property = fc.asyncProperty(scripts, async (script) => {
    for (const [what, count] of Object.entries(await play(script))) {
      total.set(what, (total.get(what) ?? 0) + count);
    }
  });
  await fc.assert(property, { numRuns: NUM_RUNS });
  return Object.fromEntries(total) as unknown as Tally;
}

test('whatever is lost, cancelled, replaced or trimmed, answers and stores match the log', async (t) => {
  const tally = await playAll(anyScript(INCIDENTS));
  t.log(tally);
  t.true(tally.foundInLog > 0 && tally.reloaded > 0, 'the rare cases have occurred');
});

test('after a backup is restored, stores with lost changes diverge; the others match the log', async (t) => {
  const tally = await playAll(anyScript([...INCIDENTS, 'backup is restored', 'backup is restored']));
  t.log(tally);
  t.true(tally.diverged > 0);
});

async function openStore(t: ExecutionContext, engine: ModelEngine): Promise<Store> {
  const store = await new PostgresDirectory(new ModelClient(engine)).open();
  t.teardown(() => store.close());
  return store;
}

test('a store diverges exactly if it knows a group that the new primary lacks', async (t) => {
  const time = new VirtualTime();
  const engine = new ModelEngine(time, 64);
  const [writer, reader, other] = [
    await openStore(t, engine),
    await openStore(t, engine),
    await openStore(t, engine),
  ];
  await writer.commit(changes('REG alice'));
  await Promise.all([reader.catchUp(), other.catchUp()]);

  const old = engine.primary;
  const untilWaiting = async (seq: number) => {
    while (!old.isWaiting || old.seq !== seq) await time.wait(1);
  };
  old.standby.shut();
  const committed = t.throwsAsync(writer.commit(changes('REG bob')), { code: 'store.diverged' });
  await untilWaiting(1);
  old.endWait('cancelled');
  // The writer has found its group in the log, and sends a further commit that confirms the group.
  await untilWaiting(2);
  await reader.catchUp();
  t.is(reader.users.numberOf(id('bob')), 1);
  engine.promote('ends');
  await committed;
  await t.throwsAsync(reader.catchUp(), { code: 'store.diverged' });
  t.deepEqual(await other.commit(changes('REG carol')), [200]);
  t.is(other.users.numberOf(id('carol')), 1);
});

for (const [what, again] of [
  ['reads the log', async (store: Store) => store.catchUp()],
  [
    'is opened again',
    async (store: Store, directory: PostgresDirectory) => {
      await store.close();
      await directory.open();
    },
  ],
] as const) {
  test(`a store that ${what} detects a lost group, even if the log begins after the group`, async (t) => {
    const time = new VirtualTime();
    const engine = new ModelEngine(time, 64);
    const directory = new PostgresDirectory(new ModelClient(engine));
    const store = await directory.open();
    t.teardown(() => store.close());
    await store.commit(changes('REG alice'));
    await store.commit(changes('REG bob'));
    engine.restore(1);
    const other = await openStore(t, engine);
    for (const name of ['carol', 'dave', 'erin']) await other.commit(changes(`REG ${name}`));
    await time.wait(1);
    engine.primary.trim(time.now());
    t.is(engine.primary.rows.length, 1);
    await t.throwsAsync(again(store, directory), { code: 'store.diverged' });
  });
}
