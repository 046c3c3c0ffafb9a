/**
 * Type errors in specs. Each `@ts-expect-error` is a test: `tsc` fails if the next line has no type error.
 */

import test from 'ava';
import { assign, type EventObject, fromCallback, fromPromise, fromTransition, setup } from 'xstate';
import { startChild } from '../../supervision/administration.js';
import { fromBehaviour } from '../../supervision/behaviour.js';
import { child } from '../../supervision/child-spec.js';
import { dynamicSupervisor } from '../../supervision/dynamic-supervisor.js';
import { addressOf, nameOf } from '../../supervision/mailbox.js';
import { supervisor } from '../../supervision/supervisor.js';
import { watch } from '../helpers/actors.js';

interface Put {
  readonly type: 'put';
  readonly value: number;
}

interface Get {
  readonly type: 'get';
}

const plain = fromBehaviour<Put>(() => ({ receive: () => {} }));
const fed = fromBehaviour<Put | Get, { readonly path: string }>(() => ({ receive: () => {} }));
const machine = setup({
  types: { context: {} as { path: string }, events: {} as Put, input: {} as { path: string } },
}).createMachine({ context: ({ input }) => input, on: { put: { actions: assign({}) } } });
const promise = fromPromise<number, { readonly path: string }>(() => new Promise(() => {}));
const callback = fromCallback<Put, { readonly path: string }>(() => {});
const transition = fromTransition((state: number, _event: Put) => state, 0);

const PUT = nameOf<Put>('put');
const BOTH = nameOf<Put | Get>('both');
const OTHER = nameOf<{ readonly type: 'other' }>('other');
const ANY = nameOf<EventObject>('any');
const address = { stashLimit: 1 };
const input = () => ({ path: 'x' });

test("a spec's input must have the type that its logic takes", (t) => {
  const good = [
    child({ id: 'a', logic: plain }),
    child({ id: 'a', logic: transition }),
    child({ id: 'a', logic: fed, input }),
    child({ id: 'a', logic: machine, input }),
    child({ id: 'a', logic: promise, input }),
    child({ id: 'a', logic: callback, input }),
  ];
  const bad = [
    // @ts-expect-error: an input of another type
    child({ id: 'a', logic: fed, input: () => ({ path: 1 }) }),
    // @ts-expect-error: an input of another shape
    child({ id: 'a', logic: machine, input: () => ({ file: 'x' }) }),
    // @ts-expect-error: an input of another type
    child({ id: 'a', logic: promise, input: () => 'x' }),
    // @ts-expect-error: an input instead of a function that creates it
    child({ id: 'a', logic: callback, input: { path: 'x' } }),
    // @ts-expect-error: an input for a logic without one
    child({ id: 'a', logic: plain, input: () => 1 }),
    // @ts-expect-error: no input
    child({ id: 'a', logic: fed }),
    // @ts-expect-error: no input
    child({ id: 'a', logic: machine }),
    // @ts-expect-error: no input
    child({ id: 'a', logic: promise }),
    // @ts-expect-error: no input
    child({ id: 'a', logic: callback }),
  ];
  t.is(good.length + bad.length, 15);
});

test('a child with an address needs an id from nameOf, and a logic that takes the events of that id', (t) => {
  const good = [
    child({ id: PUT, logic: plain, address }),
    child({ id: PUT, logic: machine, input, address }),
    child({ id: PUT, logic: fed, input, address }),
    child({ id: BOTH, logic: fed, input, address: { stashLimit: 1, refuse: ({ type }) => type === 'get' } }),
    child({ id: PUT, logic: plain, address: { stashLimit: 1, refuse: ({ value }) => value + 1 } }),
    // Without an address, an id from `nameOf` is an ordinary id.
    child({ id: OTHER, logic: plain }),
  ];
  const bad = [
    // @ts-expect-error: the id is not from `nameOf`
    child({ id: 'a', logic: plain, address }),
    // @ts-expect-error: the logic does not take the events of this id
    child({ id: OTHER, logic: plain, address }),
    // @ts-expect-error: the logic takes only one of the events of this id
    child({ id: BOTH, logic: plain, address }),
    // @ts-expect-error: the machine does not take all events of this id
    child({ id: BOTH, logic: machine, input, address }),
    // @ts-expect-error: the id allows any event
    child({ id: ANY, logic: plain, address }),
    // @ts-expect-error: the refuse callback expects a field that the events of this id do not have
    child({ id: PUT, logic: plain, address: { stashLimit: 1, refuse: ({ path }) => path } }),
    // @ts-expect-error: the address has no limit
    child({ id: PUT, logic: plain, address: {} }),
  ];
  t.is(good.length + bad.length, 13);
});

test('invalid values in a spec do not compile', (t) => {
  const bad = [
    // @ts-expect-error: no such policy
    child({ id: 'a', logic: plain, restart: 'never' }),
    // @ts-expect-error: no such policy
    child({ id: 'a', logic: plain, shutdown: 'gentle' }),
    // @ts-expect-error: this strategy does not exist
    () => supervisor({ strategy: 'one_for_none', children: [] }),
    // @ts-expect-error: the limit is missing
    () => dynamicSupervisor({ template: { id: 'a', logic: plain } }),
  ];
  t.is(bad.length, 4);
});

test("an address takes its name's events; startChild takes its template's input", async (t) => {
  const { root } = watch(
    supervisor({ strategy: 'one_for_one', children: [child({ id: PUT, logic: plain, address })] }),
  );
  const target = addressOf(root.system, PUT);
  target.send({ type: 'put', value: 1 });
  // @ts-expect-error: the name does not have this event
  target.send({ type: 'get' });
  // @ts-expect-error: a value of another type
  target.send({ type: 'put', value: 'x' });

  const dynamic = watch(dynamicSupervisor({ template: { id: 'a', logic: fed }, limit: 2 }));
  t.true((await startChild<typeof fed>(dynamic.root, { path: 'x' })).ok);
  // @ts-expect-error: an input of another type
  t.true((await startChild<typeof fed>(dynamic.root, { path: 1 })).ok);
});
