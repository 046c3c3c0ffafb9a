import { EventEmitter } from 'node:events';
import test from 'ava';
import type { AnyActorRef } from 'xstate';
import { type BehaviourScope, fromBehaviour } from '../../supervision/behaviour.js';
import { child } from '../../supervision/child-spec.js';
import { currentActor } from '../../supervision/current-actor.js';
import { supervisor } from '../../supervision/supervisor.js';
import { MANY, watch } from '../helpers/actors.js';

interface Tell {
  readonly type: 'tell' | 'crash';
  readonly to?: AnyActorRef | undefined;
}

/** Two actors that note whose turn it is whenever they are told something, and what they tell each other. */
function two() {
  const turns: (string | undefined)[] = [];
  const world = new EventEmitter();
  const acting = () => currentActor()?.id.split(':')[0];
  const logic = (name: string) =>
    fromBehaviour<Tell>((scope: BehaviourScope<Tell>) => {
      turns.push(acting());
      world.on(
        name,
        scope.guard((to: AnyActorRef | undefined) => {
          turns.push(acting());
          if (to === undefined) throw new Error('injected');
          to.send({ type: 'tell' });
          turns.push(acting());
        }),
      );
      return {
        receive({ type, to }) {
          turns.push(acting());
          if (type === 'crash') throw new Error('injected');
          to?.send({ type: 'tell' });
          turns.push(acting());
        },
        release: () => turns.push(acting()),
      };
    });
  const children = ['one', 'two'].map((id) => child({ id, logic: logic(id), restart: 'temporary' }));
  const tree = watch(supervisor({ strategy: 'one_for_one', limits: MANY, children }));
  return { tree, world, turns: () => turns.splice(0) };
}

test('it is the turn of whoever starts, and of nobody afterwards', (t) => {
  const { turns } = two();
  t.deepEqual(turns(), ['one', 'two']);
  t.is(currentActor(), undefined);
});

test('turns nest as sends do, and go back to whoever was interrupted', (t) => {
  const { tree, turns } = two();
  turns();
  tree.actor('one').send({ type: 'tell', to: tree.actor('two') });
  t.deepEqual(turns(), ['one', 'two', 'two', 'one']);
  t.is(currentActor(), undefined);
});

test('a listener that is guarded has its turn', (t) => {
  const { tree, world, turns } = two();
  turns();
  world.emit('two', tree.actor('one'));
  t.deepEqual(turns(), ['two', 'one', 'one', 'two']);
});

test('a throw ends a turn, and the release is in it', (t) => {
  const { tree, world, turns } = two();
  turns();
  tree.actor('one').send({ type: 'crash' });
  t.deepEqual(turns(), ['one', 'one']);
  world.emit('two', undefined);
  t.deepEqual(turns(), ['two', 'two']);
  t.is(currentActor(), undefined);
});
