import test from 'ava';
import fc from 'fast-check';
import type { UserId } from '../../protocol/id.js';
import { type IdPattern, matchesId, parseIdPattern } from '../../protocol/id-pattern.js';

function matches(pattern: string, id: string): boolean {
  return matchesId(parseIdPattern(pattern) as IdPattern, id as UserId);
}

/** Patterns as regular expressions. */
const MEANING = new Map([
  ['*', '.*'],
  ['?', '.'],
  ['.', '\\.'],
]);

test('* stands for any characters, ? for one, and all others for themselves', (t) => {
  for (const [pattern, ids] of [
    ['alice', ['alice']],
    ['ALICE', ['alice']],
    ['al*', ['al', 'alice', 'alan']],
    ['*ce', ['alice', 'ce']],
    ['a?', ['al']],
    ['*', ['alice', 'al', 'alan', 'ce']],
    ['a*a*', ['alan']],
    ['?', []],
  ] as const) {
    const matched = ['alice', 'al', 'alan', 'ce'].filter((id) => matches(pattern, id));
    t.deepEqual(matched.toSorted(), [...ids].toSorted(), pattern);
  }
  t.false(matches('a.c', 'abc'));
});

test('a pattern with other characters, or without any, is not valid', (t) => {
  for (const text of ['', ' ', '[a-z]', 'a|b', '\u001b', 'a'.repeat(129)])
    t.is(parseIdPattern(text), undefined);
});

test('a pattern matches as the regular expression of the same meaning does', (t) => {
  const part = fc.constantFrom('a', 'b', '.', '*', '?');
  const letter = fc.constantFrom('a', 'b', '.');
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 8 }),
      fc.array(letter, { maxLength: 10 }),
      (parts, id) => {
        const meaning = parts.map((one) => MEANING.get(one) ?? one).join('');
        const expected = new RegExp(`^${meaning}$`).test(id.join(''));
        return matches(parts.join(''), id.join('')) === expected;
      },
    ),
  );
  t.pass();
});

test('a hostile pattern takes no longer than a simple one', (t) => {
  // A regular expression would need years for this.
  t.false(matches('*a'.repeat(60), `${'a'.repeat(50)}b`));
});
