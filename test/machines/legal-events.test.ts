/**
 * Sends a sample of every event to each state of each chart. An event in the table must have exactly the
 * effects in the table. An event that is not in the table must leave the snapshot equal and have no effect.
 * The tests do not use XState's can(), because it returns true for a transition whose actions do nothing.
 */

import test, { type ExecutionContext } from 'ava';
import { type AnyStateNode, createActor, SimulatedClock } from 'xstate';
import { CHARTS } from '../helpers/charts.js';
import {
  demoOf,
  expectedRow,
  inputOf,
  isOfNoChild,
  type LegalTable,
  observedRow,
  type Row,
  reached,
  restingStates,
  rowOf,
  samplesOf,
  startedRow,
  stateIn,
  stateOf,
  transitionsOf,
} from '../helpers/legal-table.js';
import { CALL_CONTROL } from './client/call-control.table.js';
import { CHAT } from './client/chat.table.js';
import { CLIENT } from './client/client.table.js';
import { KEY_DIALOG } from './client/key-dialog.table.js';
import { SERVER_CONNECTIVITY } from './client/server-connectivity.table.js';
import { SESSION_LOGIN } from './client/session-login.table.js';
import { TRUST } from './client/trust.table.js';
import { CONNECTION } from './server/connection.table.js';
import { CONSOLE } from './terminal/console-chart.table.js';

const TABLES: readonly LegalTable[] = [
  CONNECTION,
  CHAT,
  CALL_CONTROL,
  KEY_DIALOG,
  SERVER_CONNECTIVITY,
  SESSION_LOGIN,
  TRUST,
  CLIENT,
  CONSOLE,
];

test('every chart has a table', (t) => {
  const charts = CHARTS.map(({ machine }) => machine.id);
  t.deepEqual(TABLES.map(({ chart }) => chart).sort(), charts.sort());
});

for (const table of TABLES) {
  const { chart, states, everywhere = {}, ignored = [] } = table;
  const { machine } = demoOf(table);
  const root = machine.root as AnyStateNode;
  const samples = samplesOf(table);
  const situations = Object.entries(states);
  const allRows = [everywhere, ...situations.map(([, { legal }]) => legal)];

  test(`${chart} starts according to its table`, (t) => {
    t.deepEqual(startedRow(table), table.start);
    for (const [, situation] of situations)
      if (situation.start !== undefined) t.deepEqual(startedRow(table, situation), situation.start);
  });

  for (const [title, situation] of situations) {
    test(`${chart} in ${title} handles the events of its table, and no others`, (t) => {
      const snapshot = reached(table, situation);
      t.is(stateOf(snapshot.value), stateIn(title));
      if (snapshot.status === 'done') return ignoresAllEvents(t);

      // The comparison with a snapshot that gets no events detects changes in place.
      const untouched = reached(table, situation);
      const expected: Record<string, Row> = {};
      const observed: Record<string, Row> = {};
      for (const [name, event] of samples) {
        if (isOfNoChild(event, snapshot)) continue;
        expected[name] = expectedRow(table, situation, name, event);
        observed[name] = observedRow(table, untouched, snapshot, event);
      }
      t.deepEqual(observed, expected);
    });

    /** Uses an actor, because XState's transition() does not check whether a machine has ended. */
    function ignoresAllEvents(t: ExecutionContext): void {
      let effects = 0;
      const actor = createActor(machine, {
        input: inputOf(table, situation),
        clock: new SimulatedClock(),
        inspect: ({ type }) => {
          if (type === '@xstate.action') effects++;
        },
      }).start();
      for (const name of situation.after) actor.send(samples.get(name));
      const last = actor.getSnapshot();
      t.is(last.status, 'done');
      effects = 0;
      for (const event of samples.values()) actor.send(event);
      t.is(actor.getSnapshot(), last);
      t.is(effects, 0);
      t.deepEqual(situation.legal, {});
    }
  }

  test(`${chart} has a situation for each state and for each transition`, (t) => {
    const named = situations.flatMap(([title]) => stateIn(title).split(', '));
    t.deepEqual([...new Set(named)].sort(), [...restingStates(root)].sort());

    const taken = new Set<unknown>();
    for (const [, situation] of situations) {
      const snapshot = reached(table, situation);
      if (snapshot.status === 'done') continue;
      for (const event of samples.values())
        for (const transition of machine.getTransitionData(snapshot, event)) taken.add(transition);
    }
    const missed = transitionsOf(root).filter((transition) => !taken.has(transition));
    t.deepEqual(
      missed.map(({ source, eventType, guard }) => [source.id, eventType, guard]),
      [],
    );
  });

  test(`${chart} has a sample for each event and row, and each event is legal somewhere or ignored`, (t) => {
    const types = new Set([...samples.values()].map(({ type }) => type));
    const unsampled = machine.events.filter((type) => !types.has(type));
    t.deepEqual(unsampled, []);

    const names = new Set([...samples].flatMap(([name, { type }]) => [name, `${type} *`]));
    const unused = allRows.flatMap(Object.keys).filter((name) => !names.has(name));
    t.deepEqual(unused, []);

    const legal = [...samples].filter(([name]) => allRows.some((rows) => rowOf(name, rows) !== undefined));
    for (const [, { type }] of legal) types.delete(type);
    t.deepEqual(
      [...types],
      ignored.map(({ type }) => type),
    );
  });
}
