import test from 'ava';
import fc from 'fast-check';
import type { UserId } from '../../protocol/id.js';
import { type IdPattern, matchesId, parseIdPattern } from '../../protocol/id-pattern.js';

function matches(pattern: string, id: string): boolean {
  return matchesId(parseIdPattern(pattern) as IdPattern, id as UserId);
}

/** The regular expression for each special character of a pattern, and for the dot. */
const MEANING = new Map([
  ['*', '.*'],
  ['?', '.'],
  ['.', '\\.'],
]);

test('* stands for any number of characters, ? for exactly one, and any other character for itself', (t) => {
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

test('a pattern is not valid if it is empty or too long, or has characters that no id has', (t) => {
  for (const text of ['', ' ', '[a-z]', 'a|b', '\u001b', 'a'.repeat(129)])
    t.is(parseIdPattern(text), undefined);
});

test('a pattern matches the same ids as the regular expression with the same meaning', (t) => {
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

test('a hostile pattern is matched in a short time', (t) => {
  // A regular expression would take years.
  t.false(matches('*a'.repeat(60), `${'a'.repeat(50)}b`));
});
