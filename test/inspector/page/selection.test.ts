import test from 'ava';
import { defaultSelection, hashOf, selectionIn } from '../../../inspector/page/selection.js';
import type { ActorView } from '../../../inspector/server/frame.js';

test('a link names an actor as people write its path', (t) => {
  t.is(hashOf({ path: 'im-server/tcp/listener' }), '#actor=im-server/tcp/listener');
  t.is(
    hashOf({ path: 'im-server/tcp/connections/connection', member: 'x-1.0' }).split('&')[1],
    'member=x-1.0',
  );
});

test('whatever a path has in it, a link leads back to it', (t) => {
  for (const selection of [
    { path: 'a/b' },
    { path: 'a/b', member: 'c-1.0' },
    { path: 'a&b=c#d+e f%2F', member: 'ü&member=' },
  ])
    t.deepEqual(selectionIn(hashOf(selection)), selection);
});

test('an address that names nobody selects nobody', (t) => {
  for (const hash of ['', '#', '#actor=', '#member=x', '#something']) t.is(selectionIn(hash), undefined);
});

test('the first actor with a chart is shown when nobody was chosen, else the root', (t) => {
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
