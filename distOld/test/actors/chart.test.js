import test from 'ava';
import fc from 'fast-check';
import { createActor, createMachine, initialTransition, setup, transition, } from 'xstate';
import { fromChart } from '../../actors/chart.js';
import { chatMachine } from '../../machines/client/chat.js';
import { connectionMachine } from '../../machines/server/connection.js';
const effect = () => { };
/** Every event that a machine mentions, with every text that its guards tell apart. */
function eventsOf(machine) {
    const types = new Set();
    for (const state of Object.values(machine.config.states ?? {})) {
        for (const type of Object.keys(state.on ?? {}))
            types.add(type);
    }
    const texts = ['ACCEPT', 'REJECT', 'q', 'hello'];
    return [...types, 'unheard.of'].flatMap((type) => texts.map((text) => ({ type, text })));
}
/** Runs events through a chart's actor; the names of its actions, and whether it ended. */
function runFlat(machine, events) {
    const log = [];
    const names = Object.keys(machine.implementations.actions);
    const actions = Object.fromEntries(names.map((name) => [name, () => log.push(name)]));
    const logic = fromChart(machine, { open: () => undefined, actions, release: () => log.push('released') });
    const actor = createActor(logic).start();
    for (const event of events)
        actor.send(event);
    return { log, ended: actor.getSnapshot().status === 'done' };
}
/** The same, as XState itself interprets the machine. */
function runXState(machine, events) {
    const log = [];
    let [snapshot] = initialTransition(machine);
    for (const event of events) {
        if (snapshot.status !== 'active')
            break;
        const [next, actions] = transition(machine, snapshot, event);
        log.push(...actions.map(({ type }) => type));
        snapshot = next;
    }
    const ended = snapshot.status === 'done';
    return { log: ended ? [...log, 'released'] : log, ended };
}
for (const machine of [connectionMachine, chatMachine]) {
    test(`the ${machine.id}'s actor does what XState would do with its chart`, (t) => {
        const events = fc.array(fc.constantFrom(...eventsOf(machine)), { maxLength: 20 });
        fc.assert(fc.property(events, (sequence) => {
            t.deepEqual(runFlat(machine, sequence), runXState(machine, sequence));
        }), { numRuns: 2_000 });
    });
}
test('the resource is opened at the start, given to every action, and released once', (t) => {
    const machine = setup({ actions: { act: effect } }).createMachine({
        initial: 'on',
        states: { on: { on: { go: { target: 'off', actions: 'act' } } }, off: { type: 'final' } },
    });
    const log = [];
    const logic = fromChart(machine, {
        open: (_scope, input) => ({ input }),
        actions: { act: (resource, event) => log.push(resource.input, event.type) },
        release: (resource) => log.push(`released ${resource.input}`),
    });
    const actor = createActor(logic, { input: 'it' }).start();
    actor.send({ type: 'go' });
    actor.stop();
    t.deepEqual(log, ['it', 'go', 'released it']);
});
test('an action that throws crashes the actor and releases the resource', (t) => {
    const machine = setup({ actions: { act: effect } }).createMachine({
        initial: 'on',
        states: { on: { on: { go: { actions: 'act' } } } },
    });
    const log = [];
    const logic = fromChart(machine, {
        open: () => undefined,
        actions: {
            act() {
                throw new Error('no');
            },
        },
        release: () => log.push('released'),
    });
    const actor = createActor(logic);
    actor.subscribe({ error: () => log.push('error') });
    actor.start();
    actor.send({ type: 'go' });
    t.deepEqual(log, ['released', 'error']);
});
test('what a flat chart cannot do is refused when the program starts', (t) => {
    const run = (machine) => () => fromChart(machine, { open: () => undefined, actions: {}, release: () => { } });
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
    t.throws(run(createMachine({ initial: { target: 'a' }, states: { a: {} } })), {
        message: /no initial state/,
    });
});
