import test from 'ava';
import fc from 'fast-check';
import { initialTransition, transition } from 'xstate';
import { serverConnectivityMachine } from '../../machines/client/server-connectivity.js';
import { stepsOf } from '../../machines/steps.js';
import { consoleMachine } from '../../machines/terminal/console-chart.js';
import type { BareConsoleEvent, ConsoleEvent } from '../../machines/terminal/console-setup.js';

const { first, step } = stepsOf(consoleMachine);

const prompt = fc.constantFrom(
  { kind: 'key', keys: 'xy' } as const,
  { kind: 'key', keys: 'yn', isSudden: true } as const,
  { kind: 'line', draft: 'id' } as const,
  { kind: 'line', isMessage: true } as const,
);

const bareEvent: fc.Arbitrary<BareConsoleEvent> = fc.oneof(
  fc.record({ type: fc.constant('prompt.asked' as const), prompt }),
  fc.record({ type: fc.constant('key.pressed' as const), text: fc.constantFrom('y', 'm', undefined) }),
  fc.record({ type: fc.constant('paste.received' as const), lineCount: fc.constantFrom(1, 3) }),
  fc.record({ type: fc.constant('answer.given' as const), value: fc.constantFrom('y', 'n', 'q') }),
  fc.constantFrom<BareConsoleEvent>(
    { type: 'prompt.repeated' },
    { type: 'prompt.dropped' },
    { type: 'line.sent' },
    { type: 'interrupt.pressed', isAgain: false },
    { type: 'end.pressed' },
    { type: 'quiet.passed' },
  ),
);

const event: fc.Arbitrary<ConsoleEvent> = fc
  .tuple(
    bareEvent,
    fc.record({
      hasText: fc.boolean(),
      isTyping: fc.boolean(),
      ahead: fc.constantFrom('none' as const, 'stale' as const, 'fresh' as const),
    }),
  )
  .map(([bare, facts]) => ({ ...bare, ...facts }));

test("a step gives the same result as XState's own transition", (t) => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      let [snapshot] = initialTransition(consoleMachine);
      let state = first;
      for (const next of events) {
        const [nextSnapshot, actions] = transition(consoleMachine, snapshot, next);
        const [nextState, effects] = step(state, next);
        t.deepEqual(nextState.value, nextSnapshot.value);
        t.deepEqual(nextState.context, nextSnapshot.context);
        t.deepEqual(
          [...effects],
          actions.map(({ type }) => type),
        );
        snapshot = nextSnapshot;
        state = nextState;
      }
    }),
    { numRuns: 200 },
  );
});

test('in a final state, events are ignored', (t) => {
  const facts = { hasText: true, isTyping: true, ahead: 'none' } as const;
  const [closed] = step(first, { type: 'console.closed', ...facts });
  for (const type of ['prompt.dropped', 'end.pressed', 'quiet.passed'] as const)
    t.deepEqual(step(closed, { type, ...facts }), [closed, []]);
});

test('a step does not change the state that it is given', (t) => {
  const asked = { type: 'prompt.asked', prompt: { kind: 'key' }, hasText: false, isTyping: false } as const;
  const [after] = step(first, { ...asked, ahead: 'none' });
  t.deepEqual(after.value, { asked: 'key' });
  t.is(first.value, 'unasked');
  t.is(first.context.prompt, undefined);
});

test('the input determines the first state', (t) => {
  const states = [true, false].map((wasLost) => stepsOf(serverConnectivityMachine, { wasLost }).first.value);
  t.deepEqual(states, [
    { server: 'lost', query: 'idle' },
    { server: 'answering', query: 'idle' },
  ]);
});

test('a chart with parallel states can be stepped', (t) => {
  const { first: idle, step } = stepsOf(serverConnectivityMachine, { wasLost: true });
  const [waiting, asked] = step(idle, { type: 'buddies.get' });
  t.deepEqual([...asked].toSorted(), ['sendQuery', 'startQueryTimer']);
  const [answered, effects] = step(waiting, { type: 'answer.received' });
  t.deepEqual(answered.value, { server: 'answering', query: 'idle' });
  t.deepEqual([...effects].toSorted(), ['reportFound', 'stopQueryTimer']);
});
