import { execFile } from 'node:child_process';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { promisify } from 'node:util';
import test from 'ava';
import { type AnyActor, createActor, SimulatedClock } from 'xstate';
import { DEMOS, type Demo } from '../../examples/machines/demos.js';
import { CHARTS } from '../helpers/charts.js';

const run = promisify(execFile);

/** Starts a machine alone. `errors` receives the error if the machine ends with one. */
function play({ machine, input }: Demo): { readonly actor: AnyActor; readonly errors: readonly unknown[] } {
  const errors: unknown[] = [];
  const actor = createActor(machine, { input, clock: new SimulatedClock() });
  actor.subscribe({ error: (error) => errors.push(error) });
  return { actor: actor.start(), errors };
}

test('every chart has a demo', (t) => {
  t.deepEqual(DEMOS.map(({ machine }) => machine.id).sort(), CHARTS.map(({ machine }) => machine.id).sort());
});

for (const demo of DEMOS) {
  const { machine, events } = demo;

  test(`${machine.id} has a sample of each of its events`, (t) => {
    const own = machine.events.filter((type) => !type.startsWith('xstate.'));
    t.deepEqual([...new Set(events.map(({ type }) => type))].sort(), [...own].sort());
  });

  test(`${machine.id} alone handles any two events, in any order, without an error`, async (t) => {
    const played = events.flatMap((first) =>
      events.map((second) => {
        const { actor, errors } = play(demo);
        actor.send(first);
        actor.send(second);
        return { actor, errors, pair: JSON.stringify([first.type, second.type]) };
      }),
    );
    // After one iteration, the invoked actors have answered.
    await nextIteration();
    const failed = played.filter(({ actor }) => actor.getSnapshot().status === 'error');
    t.deepEqual(
      failed.map(({ pair, errors }) => `${pair}: ${errors}`),
      [],
    );
    for (const { actor } of played) actor.stop();
  });
}

test('the player prints the effects of a machine, and its state', async (t) => {
  const events = [
    'request.received',
    '{"type":"change.answered","change":{"op":"REG"},"reply":200}',
    'socket.closed',
  ];
  const { stdout } = await run(process.execPath, ['dist/examples/machines/play.js', 'connection', ...events]);
  t.deepEqual(stdout.split('\n'), [
    'start',
    '  -> "receiving"',
    'request.received',
    '  restartDeadline',
    '  submitChange',
    '  -> "committing"',
    '{"type":"change.answered","change":{"op":"REG"},"reply":200}',
    '  restartDeadline',
    '  sendReply',
    '  -> "replied"',
    'socket.closed',
    '  -> "closed"',
    '',
  ]);
});

test('the player lists the known machines and events', async (t) => {
  const player = 'dist/examples/machines/play.js';
  await t.throwsAsync(run(process.execPath, [player]), {
    message: /connection, chat/,
  });
  await t.throwsAsync(run(process.execPath, [player, 'connection', 'nothing']), {
    message: /request\.received/,
  });
});
