import test from 'ava';
import fc from 'fast-check';
import { MAX_ID_LENGTH, parseId } from '../../protocol/id.js';

test('an id is folded to lower case', (t) => {
  t.is<string | undefined, string>(parseId('Alice_Example.1@x+y-z'), 'alice_example.1@x+y-z');
});

test('the first character is a letter, a digit or an underscore', (t) => {
  for (const first of ['a', 'Z', '0', '_']) t.truthy(parseId(`${first}x`), first);
  for (const first of ['.', '@', '+', '-', ' ', 'é', '$']) t.is(parseId(`${first}x`), undefined, first);
});

test('an id has at least one and at most 64 characters', (t) => {
  t.is(parseId(''), undefined);
  t.is<string | undefined, string>(parseId('a'), 'a');
  t.is(parseId('a'.repeat(MAX_ID_LENGTH))?.length, 64);
  t.is(parseId('a'.repeat(MAX_ID_LENGTH + 1)), undefined);
});

test('a missing token is not a valid id', (t) => {
  t.is(parseId(undefined), undefined);
});

test('an id cannot contain a line end', (t) => {
  t.is(parseId('alice\n'), undefined);
});

test('parsing a parsed id gives the same id', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (token) => {
      const id = parseId(token);
      if (id !== undefined) t.is(parseId(id), id);
    }),
  );
  t.pass();
});
