import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import {
  type AnyActorLogic,
  type AnyActorRef,
  assign,
  createMachine,
  type EventObject,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  sendTo,
} from 'xstate';
import {
  addChild,
  listChildren,
  restartChild,
  startChild,
  terminateChild,
} from '../../supervision/administration.js';
import { fromBehaviour } from '../../supervision/behaviour.js';
import type { ChildSpec } from '../../supervision/child-spec.js';
import { dynamicSupervisor } from '../../supervision/dynamic-supervisor.js';
import { addressOf, nameOf } from '../../supervision/mailbox.js';
import { crash, family, nextTurn, watch } from '../helpers/actors.js';
import {
  ancestor,
  boom,
  callback,
  contained,
  crashable,
  escapesOf,
  goesOn,
  isRunning,
  observers,
  orphansIn,
  scene,
} from '../helpers/isolation.js';

test.serial('escapesOf collects errors that reach the process', async (t) => {
  const escaped = await escapesOf(() => {
    globalThis.setTimeout(() => {
      throw new Error('from a timer');
    });
    Promise.reject(new Error('from a promise'));
  });
  t.deepEqual(escaped.map((error) => (error as Error).message).toSorted(), [
    'from a promise',
    'from a timer',
  ]);
});

// Throws in a running actor.

const crashes: Readonly<Record<string, AnyActorLogic>> = {
  'a behaviour': fromBehaviour(() => ({ receive: boom })),
  "a behaviour's guarded listener": fromBehaviour((scope) => ({ receive: scope.guard(boom) })),
  'a behaviour, and its release too': fromBehaviour(() => ({ receive: boom, release: boom })),
  'a release at a normal end': fromBehaviour((scope) => ({ receive: () => scope.end(), release: boom })),
  'a transition logic': fromTransition(
    (_state, event: EventObject) => (event.type === 'crash' ? boom() : 0),
    0,
  ),
  'a machine action': createMachine({ on: { crash: { actions: boom } } }),
  'a machine assign': createMachine({ on: { crash: { actions: assign(boom) } } }),
  'a machine guard': createMachine({ on: { crash: { guard: boom, actions: () => {} } } }),
  'an entry action': createMachine({
    initial: 'a',
    states: { a: { on: { crash: 'b' } }, b: { entry: boom } },
  }),
  'an exit action': createMachine({
    initial: 'a',
    states: { a: { exit: boom, on: { crash: 'b' } }, b: {} },
  }),
  'an event expression': createMachine({ on: { crash: { actions: sendTo(({ self }) => self, boom) } } }),
  'a delay expression': createMachine({
    initial: 'a',
    states: { a: { on: { crash: 'b' } }, b: { after: { soon: 'a' } } },
  }).provide({ delays: { soon: boom } }),
  'an event sent to an unknown actor': createMachine({
    on: { crash: { actions: sendTo('unknown', { type: 'x' }) } },
  }),
  'a callback receiver': fromCallback(({ receive }) => receive(boom)),
};

for (const [name, logic] of Object.entries(crashes)) {
  contained(`if a running actor throws, it crashes and is restarted: ${name}`, async (t) => {
    const tree = scene(logic);
    const before = tree.actor('bad');
    t.notThrows(() => crash(before));
    t.like(
      tree.emitted.find(({ type }) => type === 'child.ended'),
      { id: 'bad', reason: { kind: 'crashed' } },
    );
    nextTurn(tree);
    t.not(tree.actor('bad'), before);
    t.is(tree.actor('bad').getSnapshot().status, 'active');
    await goesOn(t, tree);
    t.notThrows(() => crash(tree.actor('bad')));
    nextTurn(tree);
    await goesOn(t, tree);
  });
}

contained('a promise that rejects, or an observable that fails, is a crash', async (t) => {
  const erring = {
    subscribe: ({ error }: { error?: (e: unknown) => void }) => defer(() => error?.(new Error('boom'))),
  };
  const defer = (callback: () => void) => {
    queueMicrotask(callback);
    return { unsubscribe: () => {} };
  };
  for (const logic of [
    fromPromise(() => Promise.reject(new Error('boom'))),
    fromObservable(() => erring as never),
  ]) {
    const tree = scene(logic);
    const before = tree.actor('bad');
    await setImmediate();
    t.like(
      tree.emitted.find(({ type }) => type === 'child.ended'),
      { id: 'bad', reason: { kind: 'crashed' } },
    );
    nextTurn(tree);
    t.not(tree.actor('bad'), before);
    await goesOn(t, tree);
    await setImmediate();
  }
});

// Throws during a start.

/** Returns a function that throws at its second call. */
function second<TValue>(value: () => TValue): () => TValue {
  let starts = 0;
  return () => {
    starts += 1;
    return starts === 2 ? boom() : value();
  };
}

const starts: Readonly<Record<string, () => { logic: AnyActorLogic; spec?: Partial<ChildSpec> }>> = {
  'the initial snapshot': () => {
    const initial = second(() => 0);
    return { logic: fromTransition((_state, _event) => boom(), initial) };
  },
  'a context factory': () => ({ logic: createMachine({ ...crashable, context: second(() => ({})) }) }),
  'an entry action': () => ({ logic: createMachine({ ...crashable, entry: second(() => {}) }) }),
  'a callback body': () => {
    const body = second(() => {});
    return {
      logic: fromCallback(({ receive }) => {
        body();
        receive(boom);
      }),
    };
  },
  "a behaviour's function": () => ({ logic: fromBehaviour(second(() => ({ receive: boom }))) }),
  'an input factory': () => ({
    logic: fromBehaviour(() => ({ receive: boom })),
    spec: { input: second(() => undefined) },
  }),
  'an invalid initial snapshot': () => {
    let made = 0;
    const logic = fromTransition((_state, _event) => boom(), 0);
    return {
      logic: {
        ...logic,
        getInitialSnapshot: (...args: [never, never]) => {
          made += 1;
          return made === 2 ? undefined : logic.getInitialSnapshot(...args);
        },
      } as unknown as AnyActorLogic,
    };
  },
};

for (const [name, make] of Object.entries(starts)) {
  contained(
    `a throw during a restart is a failed attempt, and the next attempt follows: ${name}`,
    async (t) => {
      const { logic, spec } = make();
      const tree = scene(logic, spec);
      const before = tree.actor('bad');
      crash(before);
      t.notThrows(() => nextTurn(tree));
      t.is(tree.actor('bad'), before);
      await goesOn(t, tree);
      t.notThrows(() => nextTurn(tree));
      t.not(tree.actor('bad'), before);
      t.is(tree.actor('bad').getSnapshot().status, 'active');
      t.is(tree.emitted.filter(({ type }) => type === 'child.restarting').length, 2);
      await goesOn(t, tree);
    },
  );
}

// Invalid snapshots.

for (const [name, garbage] of Object.entries({
  undefined: undefined,
  null: null,
  'a number': 5,
  'a text': 'active',
  'an empty object': {},
  'an unknown status': { status: 'confused' },
  'an error with invalid children': { status: 'error', error: new Error('boom'), children: { a: 5 } },
})) {
  for (const address of [undefined, { stashLimit: 0 }]) {
    const how = address === undefined ? '' : ', with an address';
    contained(`a logic that returns an invalid snapshot harms only itself: ${name}${how}`, async (t) => {
      const logic = {
        ...fromTransition((state: number) => state, 0),
        transition: (snapshot: unknown, { type }: EventObject) => (type === 'crash' ? garbage : snapshot),
      } as AnyActorLogic;
      const tree = scene(logic, address && { address });
      const bad = tree.actor('bad');
      const target = address === undefined ? bad : addressOf(tree.root.system, nameOf('bad'));
      t.notThrows(() => target.send({ type: 'crash' } as never));
      t.notThrows(() => target.send({ type: 'crash' } as never));
      nextTurn(tree);
      await goesOn(t, tree);
      // The child can be replaced, and its address is still open.
      t.deepEqual(await terminateChild(tree.root, 'bad'), { ok: true });
      t.true((await restartChild(tree.root, 'bad')).ok);
      t.not(tree.actor('bad'), bad);
      t.is(tree.actor('bad').getSnapshot().status, 'active');
      t.is(target.getSnapshot().status, address === undefined ? target.getSnapshot().status : 'active');
      await goesOn(t, tree);
      tree.root.send({ type: 'shutdown.requested' });
      t.is(tree.ended.status, 'done');
    });
  }
}

contained('an invalid initial snapshot fails the start', async (t) => {
  for (const garbage of [undefined, null]) {
    const logic = {
      ...fromTransition(() => 0, 0),
      getInitialSnapshot: () => garbage,
    } as unknown as AnyActorLogic;
    const tree = scene(logic);
    t.like(tree.ended, { status: 'error', error: { code: 'start_failed', id: 'bad' } });
    const other = family({});
    t.like(await addChild(other.root, { id: 'bad', logic }), { ok: false, code: 'start_failed' });
    t.deepEqual(await listChildren(other.root), []);
  }
});

// Clean-up.

contained('if a callback crashes, its clean-up runs once', async (t) => {
  const log: string[] = [];
  const logic = fromCallback(({ receive }) => {
    receive(boom);
    return () => log.push('cleaned up');
  });
  const tree = scene(logic);
  crash(tree.actor('bad'));
  t.deepEqual(log, ['cleaned up']);
  nextTurn(tree);
  t.deepEqual(log, ['cleaned up']);
  await goesOn(t, tree);
});

contained('a logic of any kind is stopped exactly once when it crashes', async (t) => {
  for (const failure of [boom, () => ({ status: 'error', error: new Error('boom') })]) {
    let stops = 0;
    const logic = {
      ...fromTransition((state: number) => state, 0),
      transition(snapshot: unknown, { type }: EventObject) {
        if (type === 'xstate.stop') stops += 1;
        return type === 'crash' ? failure() : snapshot;
      },
    } as AnyActorLogic;
    const tree = scene(logic);
    crash(tree.actor('bad'));
    t.is(stops, 1);
    nextTurn(tree);
    await goesOn(t, tree);

    // If the parent machine continues, it stops the crashed actor again, but the logic is stopped only once.
    const states = { on: { invoke: { id: 'below', src: logic, onError: 'off' } }, off: {} };
    const parent = scene(createMachine({ initial: 'on', states })).actor('bad');
    crash(parent.getSnapshot().children.below as AnyActorRef);
    t.is(parent.getSnapshot().value, 'off');
    t.is(stops, 2);
  }
});

const uncleanly: Readonly<Record<string, AnyActorLogic>> = {
  'a callback': fromCallback(() => boom),
  'a callback that crashed': fromCallback(({ receive }) => {
    receive(boom);
    return boom;
  }),
  'a behaviour': fromBehaviour(() => ({ receive: boom, release: boom })),
  "a machine's callback": createMachine({ ...crashable, invoke: { src: fromCallback(() => boom) } }),
  'an exit action': createMachine({
    initial: 'a',
    states: { a: { exit: boom, on: { 'shutdown.requested': 'b', crash: 'b' } }, b: { type: 'final' } },
  }),
};

for (const [name, logic] of Object.entries(uncleanly)) {
  contained(`a clean-up that throws does not prevent other actors from ending: ${name}`, async (t) => {
    const tree = scene(logic);
    t.notThrows(() => crash(tree.actor('bad')));
    nextTurn(tree);
    await goesOn(t, tree);
    t.deepEqual(await terminateChild(tree.root, 'bad'), { ok: true });
    t.deepEqual(orphansIn(tree), []);
    t.true((await restartChild(tree.root, 'bad')).ok);
    await goesOn(t, tree);
    tree.root.send({ type: 'shutdown.requested' });
    t.is(tree.ended.status, 'done');
    t.deepEqual(tree.actors.filter(isRunning), []);
  });
  contained(`in a crashing tree, a clean-up that throws leaves no other actor running: ${name}`, (t) => {
    const tree = scene(logic);
    t.notThrows(() => tree.root.send({ type: 'behaviour.failed', error: new Error('bug') }));
    t.deepEqual(tree.actors.filter(isRunning), []);
    t.is(tree.log.at(-1), 'good released');
  });
}

contained('if the clean-up of a killed actor fails, the error is reported', async (t) => {
  for (const release of [boom, async () => boom()]) {
    const logic = fromBehaviour(() => ({ receive: () => {}, release }));
    const tree = scene(logic, { shutdown: 'brutal' });
    await terminateChild(tree.root, 'bad');
    t.deepEqual(observers(tree), [release === boom ? 'release root: boom' : 'release bad: boom']);
    await goesOn(t, tree);

    const pool = watch(dynamicSupervisor({ template: { id: 'bad', logic, shutdown: 'brutal' }, limit: 1 }));
    const started = await startChild(pool.root, undefined);
    if (!started.ok) return t.fail();
    await terminateChild(pool.root, started.actor as AnyActorRef);
    t.is(observers(pool).length, 1);
  }
});

// Families of unsupervised actors.

function startedIn(log: readonly string[]): string[] {
  return log.filter((line) => line.endsWith('started')).map((line) => line.replace(' started', ''));
}

function releasedIn(log: readonly string[]): string[] {
  return log.filter((line) => line.endsWith('released')).map((line) => line.replace(' released', ''));
}

contained('a machine that crashes leaves no child and no grandchild running', async (t) => {
  const log: string[] = [];
  const tree = scene(ancestor(log));
  t.is(startedIn(log).length, 4);
  crash(tree.actor('bad'));
  t.deepEqual(releasedIn(log).toSorted(), startedIn(log).toSorted());
  await goesOn(t, tree);
  nextTurn(tree);
  t.is(startedIn(log).length, 8);
  t.is(releasedIn(log).length, 4);
  await goesOn(t, tree);
});

contained('an unsupervised machine that crashes leaves no child running', async (t) => {
  const log: string[] = [];
  // The parent of the machine outlives the crash.
  const middle = createMachine({
    invoke: { id: 'middle', src: ancestor(log), onError: { actions: () => log.push('error handled') } },
    on: { crash: { actions: sendTo('middle', { type: 'crash' }) } },
  });
  const tree = scene(
    createMachine({
      invoke: { id: 'top', src: middle },
      on: { crash: { actions: sendTo('top', { type: 'crash' }) } },
    }),
  );
  const before = tree.actor('bad');
  crash(before);
  t.is(startedIn(log).length, 4);
  t.deepEqual(releasedIn(log).toSorted(), startedIn(log).toSorted());
  t.true(log.includes('error handled'));
  t.is(tree.actor('bad'), before);
  t.is(before.getSnapshot().status, 'active');
  await goesOn(t, tree);
});

contained('if no ancestor handles a crash, all ancestors end, and no actor is left running', async (t) => {
  const log: string[] = [];
  const middle = createMachine({
    invoke: [{ id: 'middle', src: ancestor(log) }, { src: callback('sibling', log) }],
    on: { crash: { actions: sendTo('middle', { type: 'crash' }) } },
  });
  const tree = scene(
    createMachine({
      invoke: [{ id: 'top', src: middle }, { src: callback('uncle', log) }],
      on: { crash: { actions: sendTo('top', { type: 'crash' }) } },
    }),
  );
  const before = tree.actor('bad');
  crash(before);
  t.is(startedIn(log).length, 6);
  t.deepEqual(releasedIn(log).toSorted(), startedIn(log).toSorted());
  nextTurn(tree);
  t.not(tree.actor('bad'), before);
  await goesOn(t, tree);
});

contained('if a machine spawns a child and crashes in one step, no actor is left running', async (t) => {
  const log: string[] = [];
  const logic = ancestor(log, {
    on: {
      crash: { actions: [assign({ more: ({ spawn }) => spawn(callback('late', log)) }), boom] },
    },
  });
  const tree = scene(logic);
  crash(tree.actor('bad'));
  t.deepEqual(releasedIn(log).toSorted(), startedIn(log).toSorted());
  await goesOn(t, tree);
});

contained('a machine that crashes while it starts leaves no actor running', async (t) => {
  const log: string[] = [];
  const fails = second(() => {});
  const logic = ancestor(log, {
    entry: [assign({ child: ({ spawn }) => spawn(callback('spawned', log)) }), fails],
    ...crashable,
  });
  const tree = scene(logic);
  crash(tree.actor('bad'));
  nextTurn(tree);
  t.deepEqual(releasedIn(log).toSorted(), startedIn(log).toSorted());
  await goesOn(t, tree);
});
