import test from 'ava';
import fc from 'fast-check';
import { parseId, type UserId } from '../../protocol/id.js';
import { findLookAlike } from '../../protocol/look-alikes.js';

const ids = (...names: string[]) => names.map((name) => parseId(name) as UserId);

function lookAlike(name: string, ...buddies: string[]): UserId | undefined {
  return findLookAlike(parseId(name) as UserId, ids(...buddies));
}

for (const [name, buddy] of [
  ['b0b', 'bob'],
  ['bob', 'b0b'],
  ['car1', 'carl'],
  ['cari', 'carl'],
  ['al1ce', 'alice'],
  ['allce', 'alice'],
  ['rnary', 'mary'],
  ['mary', 'rnary'],
  ['r.n.ary', 'mary'],
  ['b.ob', 'bob'],
  ['bob_', 'bob'],
  ['_b-o+b@', 'bob'],
  ['bo.b', 'bo-b'],
  ['1.0', 'io'],
  ['__', '_'],
] as const) {
  test(`${name} looks like ${buddy}`, (t) => {
    t.is<string | undefined, string>(lookAlike(name, 'dora', buddy, 'eve'), buddy);
  });
}

test('ids that differ in more than separators and similar characters do not look alike', (t) => {
  for (const [name, buddy] of [
    ['bob', 'rob'],
    ['bob', 'boob'],
    ['bob', 'bo'],
    ['bob2', 'bob'],
    ['carn', 'carl'],
    ['nr', 'm'],
  ] as const)
    t.is(lookAlike(name, buddy), undefined, `${name}, ${buddy}`);
});

test('no look-alike is reported for an id on the list, even if another buddy looks like it', (t) => {
  t.is(lookAlike('bob', 'b0b', 'bob'), undefined);
  t.is(lookAlike('bob', 'bob', 'b0b'), undefined);
  t.is(lookAlike('bob'), undefined);
});

test('if several buddies look like an id, the first on the list is returned', (t) => {
  t.is<string | undefined, string>(lookAlike('bob', 'b0b', 'b.ob'), 'b0b');
});

test('looking alike is symmetric', (t) => {
  const id = fc.stringMatching(/^[a1l0orn_][a1l0o.rnm-]{0,5}$/).map((text) => parseId(text) as UserId);
  fc.assert(
    fc.property(id, id, (one, other) => {
      t.is(findLookAlike(one, [other]) === other, findLookAlike(other, [one]) === one);
    }),
  );
});
