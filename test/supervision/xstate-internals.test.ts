import { readFile } from 'node:fs/promises';
import test from 'ava';
import { type AnyActorRef, type AnyStateMachine, createMachine } from 'xstate';
import { chartOf } from '../../actors/chart.js';
import { supervisor } from '../../supervision/supervisor.js';
import {
  CHECKED_MEMBERS,
  isMachine,
  SUPPORTED_XSTATE,
  transitionsIn,
} from '../../supervision/xstate-internals.js';
import { crash, nextTurn, story, watch } from '../helpers/actors.js';
import { contained, goesOn, isRunning, orphansIn, scene } from '../helpers/isolation.js';
import { type Alteration, anotherXState, COPY_VERSION, libraryWithXState } from '../helpers/xstate-copy.js';

/** Renames every occurrence of a word. */
function renamed(word: string): Alteration {
  return [new RegExp(`\\b${word}\\b`, 'g'), `${word}Renamed`];
}

/** For each checked member, alterations of XState that remove or replace it. */
const LACKING: Readonly<Record<string, readonly Alteration[]>> = {
  'system._register': [renamed('_register')],
  'system._unregister': [renamed('_unregister')],
  'system._sendInspectionEvent': [renamed('_sendInspectionEvent')],
  'system._set': [renamed('_set')],
  'actor.subscribe': [['subscribe(nextListenerOrObserver,', 'subscribeRenamed(nextListenerOrObserver,']],
  'actor.on': [['on(type, handler) {', 'onRenamed(type, handler) {']],
  'actor.update': [renamed('update')],
  'actor._error': [renamed('_error')],
  'actor._actorScope': [
    renamed('_actorScope'),
    renamed('stopChild'),
    ['emit: emittedEvent', 'emits: emittedEvent'],
  ],
  'actor.clock': [renamed('clock')],
  'actor.logic': [renamed('logic')],
  'actor.observers': [renamed('observers'), ['this.observers = new Set()', 'this.observers = []']],
  'actor.eventListeners': [
    renamed('eventListeners'),
    ['this.eventListeners = new Map()', 'this.eventListeners = {}'],
  ],
  'actor._snapshot': [renamed('_snapshot')],
  'actor._processingStatus': [renamed('_processingStatus'), [/\["NotStarted"\] = 0/g, '["NotStarted"] = 3']],
  'actor._parent': [renamed('_parent')],
  'actor.systemId': [renamed('systemId')],
  'xstate.stop': [['xstate.stop', 'xstate.halt']],
};

test('for each checked member, there is a test with an XState that lacks the member', (t) => {
  t.deepEqual(Object.keys(LACKING).toSorted(), CHECKED_MEMBERS.toSorted());
});

for (const [member, alterations] of Object.entries(LACKING)) {
  test(`without ${member} in XState, a tree does not start, and the error names the member`, async (t) => {
    for (const alteration of alterations) {
      const library = await libraryWithXState(t, alteration);
      const tree = library.run(library.supervisor({ children: [] }));
      const { error } = await tree.ended;
      t.is(
        (error as Error).message,
        `supervision needs xstate ${SUPPORTED_XSTATE}: xstate ${COPY_VERSION} has no ${member}`,
        String(alteration),
      );
      t.false(await tree.ready);
    }
  });
}

test('if a microstep has no transitions, transitionsIn throws an error that says why', async (t) => {
  const { version } = JSON.parse(await readFile('node_modules/xstate/package.json', 'utf8'));
  t.throws(() => transitionsIn({ type: '@xstate.microstep' } as Parameters<typeof transitionsIn>[0]), {
    message: `supervision needs xstate ${SUPPORTED_XSTATE}: xstate ${version} has no microstep._transitions`,
  });
});

test('the supported versions are those of package.json', async (t) => {
  const { dependencies, peerDependencies } = JSON.parse(await readFile('package.json', 'utf8'));
  t.is(peerDependencies.xstate, SUPPORTED_XSTATE);
  t.is(dependencies.xstate, SUPPORTED_XSTATE);
});

// Two copies of XState in one system.

test('a machine is recognised by its shape, whichever copy of XState created it', async (t) => {
  const copy = await anotherXState(t);
  const machine = copy.createMachine({ initial: 'a', states: { a: {} } }) as unknown as AnyStateMachine;
  t.true(isMachine(machine));
  t.true(isMachine(createMachine({})));
  t.is(chartOf(machine), machine);
  for (const other of [undefined, null, 'a', {}, copy.fromCallback(() => {}), supervisor({ children: [] })])
    t.false(isMachine(other));
});

contained('if a machine from another copy of XState crashes, no actor is left running', async (t) => {
  const { assign, createMachine, fromCallback } = await anotherXState(t);
  const log: string[] = [];
  const callback = (name: string) =>
    fromCallback(() => {
      log.push(`${name} started`);
      return () => log.push(`${name} released`);
    });
  const parent = (name: string) =>
    createMachine({
      invoke: { src: callback(`${name} invoked`) },
      entry: assign({ child: ({ spawn }) => spawn(callback(`${name} spawned`)) }),
    });
  const logic = createMachine({
    invoke: { src: parent('a') },
    entry: assign({ child: ({ spawn }) => spawn(parent('b')) }),
    on: {
      crash: {
        actions: () => {
          throw new Error('boom');
        },
      },
    },
  }) as unknown as AnyStateMachine;

  const tree = scene(logic);
  t.is(log.filter((line) => line.endsWith('started')).length, 4);
  crash(tree.actor('bad'));
  t.is(log.filter((line) => line.endsWith('released')).length, 4);
  t.deepEqual(orphansIn(tree), []);
  nextTurn(tree);
  await goesOn(t, tree);
  tree.root.send({ type: 'shutdown.requested' });
  t.deepEqual(tree.actors.filter(isRunning), []);
});

contained('if a child from another copy of XState crashes, no actor is left running', async (t) => {
  const other = await anotherXState(t);
  const log: string[] = [];
  const below = other.createMachine({
    invoke: { src: other.fromCallback(() => () => log.push('released')) },
    on: {
      crash: {
        actions: () => {
          throw new Error('boom');
        },
      },
    },
  }) as unknown as AnyStateMachine;
  const tree = scene(createMachine({ invoke: { id: 'below', src: below, onError: {} } }));
  const parent = tree.actor('bad');
  crash(parent.getSnapshot().children.below as AnyActorRef);
  t.deepEqual(log, ['released']);
  t.is(parent.getSnapshot().status, 'active');
  await goesOn(t, tree);
});

contained('a machine from another copy of XState is asked to end, and its end is awaited', async (t) => {
  const { createMachine } = await anotherXState(t);
  const logic = createMachine({
    initial: 'working',
    states: {
      working: { on: { 'shutdown.requested': 'finishing' } },
      finishing: { on: { finish: 'finished' } },
      finished: { type: 'final' },
    },
  }) as unknown as AnyStateMachine;
  const tree = watch(supervisor({ children: [{ id: 'a', logic }] }));
  tree.root.send({ type: 'shutdown.requested' });
  t.is(tree.actor('a').getSnapshot().value, 'finishing');
  t.is(tree.ended.status, 'running');
  tree.actor('a').send({ type: 'finish' });
  t.is(tree.ended.status, 'done');
  t.is(story(tree).at(-1), 'child.ended a shut_down');
});

contained('a root from another copy of XState runs a supervisor', async (t) => {
  const { createActor } = await anotherXState(t);
  const root = createActor(supervisor({ children: [] }), {});
  root.start();
  t.like(root.getSnapshot(), { status: 'active', ready: true });
  root.stop();
});

contained(
  'an actor from an unsupported copy of XState crashes its parent, and the error says why',
  async (t) => {
    const other = await anotherXState(t, renamed('update'));
    const logic = other.createMachine({
      on: { spawn: { actions: other.spawnChild(other.fromCallback(() => {})) } },
    }) as unknown as AnyStateMachine;
    const tree = scene(logic);
    tree.actor('bad').send({ type: 'spawn' });
    const needed = `supervision needs xstate ${SUPPORTED_XSTATE}`;
    const message = `${needed}: another copy of xstate has no actor.update`;
    t.like(
      tree.emitted.find(({ type }) => type === 'child.ended'),
      {
        id: 'bad',
        reason: {
          kind: 'crashed',
          error: { message },
        },
      },
    );
    nextTurn(tree);
    await goesOn(t, tree);
  },
);
