import test from 'ava';
import { History, MAX_HISTORY_LINES } from '../../terminal/input-history.js';

test('`up` goes back to the oldest line, and `down` returns to the line that is being typed', (t) => {
  const history = new History();
  history.add('one');
  history.add('two');
  const walk = history.walk();
  t.is(walk.up('draft'), 'two');
  t.is(walk.up('two'), 'one');
  t.is(walk.up('one'), undefined);
  t.is(walk.down('one'), 'two');
  t.is(walk.down('two'), 'draft');
  t.is(walk.down('draft'), undefined);
});

test('a change to a recalled line is lost when the next `walk` begins', (t) => {
  const history = new History();
  history.add('one');
  const walk = history.walk();
  walk.up('');
  walk.down('one, changed');
  t.is(walk.up('draft'), 'one, changed');
  t.is(history.walk().up(''), 'one');
});

test('a blank line, or a line equal to the previous one, is not remembered', (t) => {
  const history = new History();
  for (const line of ['one', 'one', '', '  ']) history.add(line);
  const walk = history.walk();
  t.is(walk.up(''), 'one');
  t.is(walk.up('one'), undefined);
});

test('the oldest line is forgotten when there are too many', (t) => {
  const history = new History();
  for (let line = 0; line <= MAX_HISTORY_LINES; line++) history.add(`line ${line}`);
  const walk = history.walk();
  let last = '';
  for (let line = walk.up(''); line !== undefined; line = walk.up(line)) last = line;
  t.is(last, 'line 1');
});
