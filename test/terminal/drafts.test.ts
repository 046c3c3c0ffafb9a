import test from 'ava';
import { Drafts, MAX_DRAFTS } from '../../terminal/drafts.js';
import { LineEditor } from '../../terminal/line-editor.js';

test('a draft is restored once, under its name', (t) => {
  const drafts = new Drafts();
  const line = new LineEditor();
  drafts.keep('a', line);
  t.is(drafts.restore('b'), undefined);
  t.is(drafts.restore('a'), line);
  t.is(drafts.restore('a'), undefined);
});

test('the oldest of too many drafts is dropped', (t) => {
  const drafts = new Drafts();
  for (let name = 0; name < MAX_DRAFTS; name++) drafts.keep(String(name), new LineEditor());
  drafts.keep('0', new LineEditor());
  drafts.keep('one more', new LineEditor());
  t.is(drafts.restore('1'), undefined);
  t.not(drafts.restore('0'), undefined);
  t.not(drafts.restore('2'), undefined);
});
