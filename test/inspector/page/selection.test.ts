import test from 'ava';
import { defaultSelection, hashOf, selectionIn } from '../../../inspector/page/selection.js';
import type { ActorView } from '../../../inspector/server/frame.js';

test('a link contains the readable path of an actor', (t) => {
  t.is(hashOf({ path: 'im-server/tcp/listener' }), '#actor=im-server/tcp/listener');
  t.is(
    hashOf({ path: 'im-server/tcp/connections/connection', member: 'x-1.0' }).split('&')[1],
    'member=x-1.0',
  );
});

test('a link selects the same actor again, whatever characters its path has', (t) => {
  for (const selection of [
    { path: 'a/b' },
    { path: 'a/b', member: 'c-1.0' },
    { path: 'a&b=c#d+e f%2F', member: 'ü&member=' },
  ])
    t.deepEqual(selectionIn(hashOf(selection)), selection);
});

test('a fragment selects no actor if it names none', (t) => {
  for (const hash of ['', '#', '#actor=', '#member=x', '#something']) t.is(selectionIn(hash), undefined);
});

test('by default, the first actor with a chart is selected, or the root if no actor has a chart', (t) => {
  const root: ActorView = {
    path: 'r',
    name: 'r',
    kind: 'supervisor',
    status: 'up',
    restarts: 0,
    received: 0,
  };
  t.is(defaultSelection([]), undefined);
  t.deepEqual(defaultSelection([root]), { path: 'r' });
  t.deepEqual(defaultSelection([root, { ...root, path: 'r/m', machine: 'm' }]), { path: 'r/m' });
});
