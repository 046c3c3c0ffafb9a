import { EventEmitter } from 'node:events';
import test from 'ava';
import type { AnyActorRef } from 'xstate';
import { type BehaviourScope, fromBehaviour } from '../../supervision/behaviour.js';
import { child } from '../../supervision/child-spec.js';
import { currentActor } from '../../supervision/current-actor.js';
import { supervisor } from '../../supervision/supervisor.js';
import { MANY, watch } from '../helpers/actors.js';

interface Message {
  readonly type: 'message' | 'crash';
  readonly to?: AnyActorRef | undefined;
}

/** Two actors that record the current actor whenever they handle or send a message. */
function two() {
  const recorded: (string | undefined)[] = [];
  const world = new EventEmitter();
  const record = () => recorded.push(currentActor()?.id.split(':')[0]);
  const logic = (name: string) =>
    fromBehaviour<Message>((scope: BehaviourScope<Message>) => {
      record();
      world.on(
        name,
        scope.guard((to: AnyActorRef | undefined) => {
          record();
          if (to === undefined) throw new Error('injected');
          to.send({ type: 'message' });
          record();
        }),
      );
      return {
        receive({ type, to }) {
          record();
          if (type === 'crash') throw new Error('injected');
          to?.send({ type: 'message' });
          record();
        },
        release: () => record(),
      };
    });
  const children = ['one', 'two'].map((id) => child({ id, logic: logic(id), restart: 'temporary' }));
  const tree = watch(supervisor({ strategy: 'one_for_one', limits: MANY, children }));
  return { tree, world, drain: () => recorded.splice(0) };
}

test('an actor is current while it starts; after the start, no actor is current', (t) => {
  const { drain } = two();
  t.deepEqual(drain(), ['one', 'two']);
  t.is(currentActor(), undefined);
});

test('a receiver is current while it handles an event, and then the sender is current again', (t) => {
  const { tree, drain } = two();
  drain();
  tree.actor('one').send({ type: 'message', to: tree.actor('two') });
  t.deepEqual(drain(), ['one', 'two', 'two', 'one']);
  t.is(currentActor(), undefined);
});

test('the owner of a guarded listener is current while the listener runs', (t) => {
  const { tree, world, drain } = two();
  drain();
  world.emit('two', tree.actor('one'));
  t.deepEqual(drain(), ['two', 'one', 'one', 'two']);
});

test('an actor that throws is still current during its release, but not after its release', (t) => {
  const { tree, world, drain } = two();
  drain();
  tree.actor('one').send({ type: 'crash' });
  t.deepEqual(drain(), ['one', 'one']);
  world.emit('two', undefined);
  t.deepEqual(drain(), ['two', 'two']);
  t.is(currentActor(), undefined);
});
