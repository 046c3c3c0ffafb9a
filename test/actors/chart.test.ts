import test from 'ava';
import fc from 'fast-check';
import {
  type AnyActorLogic,
  type AnyStateMachine,
  createActor,
  createMachine,
  type EventObject,
  initialTransition,
  setup,
  transition,
} from 'xstate';
import { fromChart } from '../../actors/chart.js';
import { chatMachine } from '../../machines/client/chat.js';
import { connectionMachine } from '../../machines/server/connection.js';

const effect = () => {};

/** Every event that a machine handles, with every text that its guards distinguish. */
function eventsOf(machine: AnyStateMachine): EventObject[] {
  const types = new Set<string>();
  for (const state of Object.values<{ on?: object }>(machine.config.states ?? {})) {
    for (const type of Object.keys(state.on ?? {})) types.add(type);
  }
  const texts = ['ACCEPT', 'REJECT', 'q', 'hello', 'OK', 'HELLO bob alice'];
  return [...types, 'unheard.of'].flatMap((type) => texts.map((text) => ({ type, text }) as EventObject));
}

/**
 * Sends events to a chart's actor. Returns the names of the actions that ran, and whether the actor ended.
 */
function runFlat(machine: AnyStateMachine, events: readonly EventObject[]) {
  const log: string[] = [];
  const names = Object.keys(machine.implementations.actions);
  const actions = Object.fromEntries(names.map((name) => [name, () => log.push(name)]));
  const logic = fromChart(machine, { open: () => undefined, actions, release: () => log.push('released') });
  const actor = createActor(logic as AnyActorLogic).start();
  for (const event of events) actor.send(event);
  return { log, ended: actor.getSnapshot().status === 'done' };
}

/** Does the same as {@link runFlat}, but with XState's own interpreter. */
function runXState(machine: AnyStateMachine, events: readonly EventObject[]) {
  const log: string[] = [];
  let [snapshot] = initialTransition(machine);
  for (const event of events) {
    if (snapshot.status !== 'active') break;
    const [next, actions] = transition(machine, snapshot, event);
    log.push(...actions.map(({ type }) => type));
    snapshot = next;
  }
  const ended = snapshot.status === 'done';
  return { log: ended ? [...log, 'released'] : log, ended };
}

for (const machine of [connectionMachine, chatMachine] as AnyStateMachine[]) {
  test(`the ${machine.id}'s actor runs the same actions as XState's interpreter`, (t) => {
    const events = fc.array(fc.constantFrom(...eventsOf(machine)), { maxLength: 20 });
    fc.assert(
      fc.property(events, (sequence) => {
        t.deepEqual(runFlat(machine, sequence), runXState(machine, sequence));
      }),
      { numRuns: 2_000 },
    );
  });
}

test('the resource is opened at the start, passed to every action, and released once', (t) => {
  const machine = setup({ actions: { act: effect } }).createMachine({
    initial: 'on',
    states: { on: { on: { go: { target: 'off', actions: 'act' } } }, off: { type: 'final' } },
  });
  const log: unknown[] = [];
  const logic = fromChart<EventObject, 'act', string, { input: string }>(machine, {
    open: (_scope, input) => ({ input }),
    actions: { act: (resource, event) => log.push(resource.input, event.type) },
    release: (resource) => log.push(`released ${resource.input}`),
  });
  const actor = createActor(logic, { input: 'it' }).start();
  actor.send({ type: 'go' });
  actor.stop();
  t.deepEqual(log, ['it', 'go', 'released it']);
});

test('if an action throws, the actor crashes and releases the resource', (t) => {
  const machine = setup({ actions: { act: effect } }).createMachine({
    initial: 'on',
    states: { on: { on: { go: { actions: 'act' } } } },
  });
  const log: string[] = [];
  const logic = fromChart(machine, {
    open: () => undefined,
    actions: {
      act() {
        throw new Error('no');
      },
    },
    release: () => log.push('released'),
  });
  const actor = createActor(logic as AnyActorLogic);
  actor.subscribe({ error: () => log.push('error') });
  actor.start();
  actor.send({ type: 'go' });
  t.deepEqual(log, ['released', 'error']);
});

test('a chart throws at the start if it has features that `fromChart` does not support', (t) => {
  const run = (machine: AnyStateMachine) => () =>
    fromChart(machine, { open: () => undefined, actions: {}, release: () => {} });
  const nested = createMachine({ initial: 'a', states: { a: { initial: 'b', states: { b: {} } } } });
  t.throws(run(nested), { message: /'initial'/ });
  t.throws(run(createMachine({ initial: 'a', states: { a: { after: { 100: 'a' } } } })), {
    message: /'after'/,
  });
  t.throws(run(createMachine({ initial: 'a', states: { a: { on: { x: { actions: 'act' } } } } })), {
    message: /no action 'act'/,
  });
  t.throws(run(createMachine({ initial: 'a', states: { a: { on: { x: { guard: 'is' } } } } })), {
    message: /no guard 'is'/,
  });
  t.throws(run(createMachine({ initial: 'a', states: { a: { on: { x: { reenter: true } } } } })), {
    message: /'reenter'/,
  });
  t.throws(run(createMachine({ initial: { target: 'a' }, states: { a: {} } } as never)), {
    message: /no initial state/,
  });
});
