import anyTest, { type ExecutionContext } from 'ava';
import type { ShownMessage } from '../../machines/client/notices.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { Prompt } from '../../terminal/console.js';
import { PASTE_MODE_OFF, PASTE_MODE_ON } from '../../terminal/paste.js';
import { ConsoleDriver } from '../helpers/console-driver.js';
import { until } from '../helpers/network.js';
import { quiet } from '../helpers/terminal.js';

// Serial, because each test starts a process.
const test = anyTest.serial;

const SIZES = [
  { columns: 80, rows: 24 },
  { columns: 40, rows: 10 },
  { columns: 20, rows: 5 },
] as const;

const MENU: Prompt = { text: 'Your choice: ', kind: 'key', keys: 'rladmsx', hasStatus: true };
const ID: Prompt = { text: 'Enter buddy id: ', kind: 'line', draft: 'buddy id' };
const CALL: Prompt = { text: 'Accept (y/n)? ', kind: 'key', keys: 'yn', isSudden: true };
const LETTERS: Prompt = { text: 'Your choice: ', kind: 'key', keys: 'xy', hasStatus: true };
const CHAT: Prompt = { text: '> ', kind: 'line', isMessage: true };
const NAMED_CHAT: Prompt = { ...CHAT, draft: 'message to bob' };

const UP = '\u001b[A';
const LEFT = '\u001b[D';
const CTRL_D = '\u0004';
const CTRL_L = '\u000c';
const CTRL_Z = '\u001a';
const BACKSPACE = '\u007f';

/** 26 November 2026, 14:05, in the time zone of the test. */
const AT_MS = Date.UTC(2026, 10, 26, 14, 5);

function message(text: string, more: Partial<ShownMessage> = {}): ShownMessage {
  return { name: 'bob' as DisplayText, isOwn: false, text: text as DisplayText, atMs: AT_MS, ...more };
}

function pasted(text: string): string {
  return `\u001b[200~${text}\u001b[201~`;
}

/** What the client shows after a line was sent. */
const SENT = { do: 'show', message: message('sent', { isOwn: true, name: 'alice' as DisplayText }) } as const;

for (const size of SIZES) {
  const on = `${size.columns}x${size.rows}`;

  test(`messages are printed above the line that is being typed, on ${on}`, async (t) => {
    const driver = await ConsoleDriver.open(t, size);
    const { terminal } = driver;
    await driver.do({ do: 'ask', prompt: CHAT });
    terminal.press(`half a 你👩‍🚀${LEFT}${LEFT}`);
    await terminal.until(() => terminal.cursor().column === 9 && terminal.cursor().row.includes('你'));
    await driver.do(
      { do: 'show', message: message('hello') },
      { do: 'show', message: message('hi', { isOwn: true, name: 'alice' as DisplayText }) },
    );
    await terminal.until(() => terminal.rows().includes('14:05 alice: hi'));
    t.deepEqual(terminal.rows().slice(-3, -1), ['14:05 bob: hello', '14:05 alice: hi']);
    t.true(terminal.rows().at(-1)?.startsWith('> half a'));
    t.deepEqual(terminal.cursor(), { column: 9, row: terminal.rows().at(-1) ?? '' });
    t.is(terminal.allRows().filter((row) => row.startsWith('>')).length, 1);
  });

  test(`a message cannot look like lines of the program, on ${on}`, async (t) => {
    const driver = await ConsoleDriver.open(t, size);
    const { terminal } = driver;
    await driver.do({ do: 'ask', prompt: CHAT });
    const hostile =
      `\u001b[2J\u009b31m\u001b]0;title\u0007\r\u202eBye.${'e\u0301\u0301\u0301\u0301\u0301\u0301'}` +
      `👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀${' '.repeat(60)}Buddy connection closed.`;
    await driver.do({ do: 'show', message: message(hostile) }, { do: 'print', lines: ['END'] });
    await terminal.shows('END', '>');
    const rows = terminal.allRows().slice(0, -2);
    const first = rows.findIndex((row) => row.startsWith('14:05 bob:'));
    t.true(first >= 0);
    for (const row of rows.slice(first + 1)) t.true(row === '' || row.startsWith('   '), row);
    t.false(terminal.output.includes('\u001b]0;'));
    t.false(terminal.output.includes('\u001b[2J'));
    t.false(/[\u202e\u009b]/.test(terminal.output));
  });

  test(`the status above the question changes in place, and leaves no rows behind, on ${on}`, async (t) => {
    const driver = await ConsoleDriver.open(t, size);
    const { terminal } = driver;
    await driver.do(
      { do: 'print', lines: ['the menu'] },
      { do: 'status', lines: ['status: bob is offline, and more than fits in a row of this narrow screen'] },
      { do: 'ask', prompt: MENU },
    );
    await terminal.until(() => terminal.rows().at(-1) === 'Your choice:');
    const clipped = terminal.rows().at(-2) ?? '';
    t.true(clipped.startsWith('status: bob is off'));
    t.is(clipped.endsWith('…'), size.columns < 80);
    const lines = Array.from({ length: 12 }, (_, index) => `status: buddy ${index}`);
    await driver.do({ do: 'status', lines });
    const room = Math.min(10, size.rows - 2);
    const expected = [...lines.slice(0, room - 1), `… and ${12 - room + 1} more`, 'Your choice:'];
    await terminal.shows(...expected);
    t.is(terminal.cursor().column, 13);
    await driver.do({ do: 'print', lines: ['news'] });
    await terminal.shows('news', ...expected);
    await driver.do({ do: 'status', lines: ['status: all gone'] });
    await terminal.shows('news', 'status: all gone', 'Your choice:');
    terminal.press('s');
    await terminal.shows('news', 'Your choice: S');
    t.deepEqual(terminal.allRows(), ['the menu', 'news', 'Your choice: S']);
  });

  test(`a draft and its cursor survive messages, a call and resizes, on ${on}`, async (t) => {
    const driver = await ConsoleDriver.open(t, size);
    const { terminal } = driver;
    const draft = 'wide 你好吗 and 👩‍🚀 emoji over rows';
    await driver.do({ do: 'ask', prompt: NAMED_CHAT });
    terminal.press(`${draft}${LEFT.repeat(9)}`);
    await terminal.until(() => terminal.rows().join('').replace(/\s/g, '').includes('overrows'), draft);
    await driver.do({ do: 'show', message: message('one') });
    terminal.resize({ columns: 17, rows: 5 });
    await driver.do({ do: 'show', message: message('two') }, { do: 'ask', prompt: CALL });
    terminal.press('MORE');
    await driver.do({ do: 'show', message: message('three') });
    terminal.resize({ columns: 60, rows: 12 });
    await quiet();
    terminal.press('n');
    await driver.until(() => driver.answers.length === 1);
    await driver.do({ do: 'ask', prompt: NAMED_CHAT });
    await terminal.until(() => terminal.rows().at(-1)?.startsWith('> wide') ?? false);
    t.true(terminal.rows().at(-1)?.endsWith('emoji MOREover rows'));
    terminal.press('!\r');
    await driver.until(() => driver.answers.length === 2);
    t.deepEqual(driver.answers, ['n', 'wide 你好吗 and 👩‍🚀 emoji MORE!over rows']);
  });
}

test('a line with the date precedes the first message of another day', async (t) => {
  const driver = await ConsoleDriver.open(t);
  const { terminal } = driver;
  await driver.do(
    { do: 'show', message: message('then', { atMs: Date.UTC(2001, 0, 1, 0, 5) }) },
    { do: 'show', message: message('and then', { atMs: Date.UTC(2001, 0, 1, 23, 59) }) },
    { do: 'show', message: message('next', { atMs: Date.UTC(2001, 0, 2) }) },
  );
  await terminal.shows(
    '--- Monday, 1 January 2001 ---',
    '00:05 bob: then',
    '23:59 bob: and then',
    '--- Tuesday, 2 January 2001 ---',
    '00:00 bob: next',
  );
  t.pass();
});

test('colours are used only if the option is set, and take no columns', async (t) => {
  const plain = await ConsoleDriver.open(t, { columns: 20, rows: 5 });
  const colored = await ConsoleDriver.open(t, { columns: 20, rows: 5, hasColor: true });
  for (const driver of [plain, colored]) {
    await driver.do({ do: 'print', lines: ['notice'] }, { do: 'show', message: message('12345678 12345') });
    await driver.terminal.shows('14:05 bob: 12345678', '   12345');
  }
  t.deepEqual(colored.terminal.rows(), plain.terminal.rows());
  t.false(plain.terminal.output.includes('\u001b[2m'));
  t.true(colored.terminal.output.includes('\u001b[2m14:05\u001b[0m \u001b[1;36mbob\u001b[0m: '));
});

test('a typed message is removed from the screen, and a typed id stays with its question', async (t) => {
  const driver = await ConsoleDriver.open(t);
  const { terminal } = driver;
  await driver.do({ do: 'ask', prompt: ID });
  terminal.press('bob\r');
  await driver.until(() => driver.answers.length === 1);
  await driver.do({ do: 'ask', prompt: CHAT });
  terminal.press(`${'a long message '.repeat(8)}\r`);
  await driver.until(() => driver.answers.length === 2);
  await driver.do({ do: 'print', lines: ['END'] });
  await terminal.shows('END');
  t.deepEqual(terminal.rows(), ['Enter buddy id: bob', 'END']);
});

test('messages and ids have separate histories', async (t) => {
  const driver = await ConsoleDriver.open(t);
  const { terminal } = driver;
  const answer = async (prompt: Prompt, keys: string) => {
    const count = driver.answers.length;
    await driver.do({ do: 'ask', prompt });
    terminal.press(keys);
    await driver.until(() => driver.answers.length > count);
  };
  await answer(ID, 'bob\r');
  await answer(CHAT, 'hello\r');
  await answer(CHAT, `dra${UP}!\r`);
  await answer(CHAT, 'q\r');
  await answer(ID, `${UP}\r`);
  t.deepEqual(driver.answers, ['bob', 'hello', 'hello!', 'q', 'bob']);
});

test('text that was cut from one line can be inserted into the next line', async (t) => {
  const driver = await ConsoleDriver.open(t);
  await driver.do({ do: 'ask', prompt: CHAT });
  driver.terminal.press('later\u0015now\r');
  await driver.until(() => driver.answers.length === 1);
  await driver.do({ do: 'ask', prompt: CHAT });
  driver.terminal.press('\u0019\r');
  await driver.until(() => driver.answers.length === 2);
  t.deepEqual(driver.answers, ['now', 'later']);
});

test('Ctrl-L clears the screen except for the prompt', async (t) => {
  const driver = await ConsoleDriver.open(t);
  const { terminal } = driver;
  await driver.do({ do: 'print', lines: ['one', 'two'] }, { do: 'ask', prompt: CHAT });
  terminal.press(`draft${CTRL_L}`);
  await terminal.until(() => terminal.rows().join() === '> draft');
  t.is(terminal.cursor().column, 7);
});

test('a secret answer and the lines above its question do not stay on the screen', async (t) => {
  const driver = await ConsoleDriver.open(t);
  const { terminal } = driver;
  const secret: Prompt = { text: 'Words: ', kind: 'line', isSecret: true, above: ['1 abandon', '2 ability'] };
  await driver.do({ do: 'print', lines: ['before'] }, { do: 'ask', prompt: secret });
  await terminal.until(() => terminal.rows().includes('2 ability'));
  terminal.press('zebra zoo\r');
  await driver.until(() => driver.answers.length === 1);
  t.deepEqual(driver.answers, ['zebra zoo']);
  await driver.do({ do: 'print', lines: ['after'] }, { do: 'ask', prompt: ID });
  await terminal.until(() => terminal.rows().join() === 'before,after,Enter buddy id:');
  t.notRegex(terminal.rows().join(' '), /abandon|ability|zebra/);
});

test('a pasted line is inserted at the cursor, and sends nothing', async (t) => {
  const driver = await ConsoleDriver.open(t);
  const { terminal } = driver;
  await driver.do({ do: 'ask', prompt: CHAT });
  terminal.press(`ad${LEFT}${pasted('b\tc\u0003\u001b[31m\r')}`);
  await terminal.shows('> ab c[31md');
  t.is(terminal.cursor().column, 10);
  t.deepEqual(driver.answers, []);
  t.is(driver.count('end'), 0);
});

test('after the user has agreed, several pasted lines are sent one after the other', async (t) => {
  const driver = await ConsoleDriver.open(t);
  const { terminal } = driver;
  await driver.do({ do: 'ask', prompt: CHAT });
  terminal.press(`draft${LEFT}${pasted('one\r\ntwo\ny\u202e\rq\rfive\rsix\rseven\r')}`);
  await terminal.shows(
    '| one',
    '| two',
    '| y\uFFFD',
    '| q',
    '| five',
    '… and 2 more lines',
    'Send these 7 lines (y/n)?',
  );
  t.deepEqual(driver.answers, []);
  terminal.press('y');
  await driver.until(() => driver.answers.length === 1);
  for (let sent = 2; sent <= 7; sent++) {
    await driver.do({ do: 'drop' }, SENT, { do: 'ask', prompt: CHAT });
    t.is(driver.answers.length, sent);
  }
  await driver.do(SENT, { do: 'ask', prompt: CHAT });
  await terminal.shows('> draft');
  t.is(terminal.cursor().column, 6);
  terminal.press('ed\r');
  await driver.until(() => driver.answers.length === 8);
  t.deepEqual(driver.answers, ['one', 'two', 'y\u202e', '\\q', 'five', 'six', 'seven', 'drafedt']);
});

test('if the user refuses to send a paste, the paste is dropped, and the draft stays', async (t) => {
  const driver = await ConsoleDriver.open(t);
  const { terminal } = driver;
  await driver.do({ do: 'ask', prompt: CHAT });
  terminal.press(`draft${pasted('one\rtwo\r')}`);
  await terminal.shows('Send these 2 lines (y/n)?');
  await driver.do({ do: 'show', message: message('hi') });
  await terminal.shows('14:05 bob: hi', 'Send these 2 lines (y/n)?');
  terminal.press(pasted('y\ry'));
  terminal.press('n');
  await terminal.shows('Send these 2 lines (y/n)? N', '(The 2 pasted lines were not sent.)', '> draft');
  t.deepEqual(driver.answers, []);
});

test('a paste does not answer a key prompt, and in an id its line ends become spaces', async (t) => {
  const driver = await ConsoleDriver.open(t);
  const { terminal } = driver;
  await driver.do({ do: 'ask', prompt: CALL });
  terminal.press(pasted('y\ry'));
  await terminal.until(() => terminal.output.includes('\u0007'));
  await quiet();
  await driver.do({ do: 'ask', prompt: ID });
  terminal.press(pasted('bob\rby\r'));
  await terminal.shows('Enter buddy id: bob by');
  t.deepEqual(driver.answers, []);
});

test('a paste that is too long is refused', async (t) => {
  const driver = await ConsoleDriver.open(t);
  const { terminal } = driver;
  await driver.do({ do: 'ask', prompt: CHAT });
  const length = 1024 * 1024 + 1;
  terminal.press(pasted('x'.repeat(length)));
  await terminal.shows('(Not pasted: it is longer than 1 MiB.)', '>');
  t.deepEqual(driver.answers, []);
});

test('a paste whose end never comes does not block the keyboard', async (t) => {
  const driver = await ConsoleDriver.open(t);
  const { terminal } = driver;
  await driver.do({ do: 'ask', prompt: CHAT });
  terminal.press('\u001b[200~torn');
  await terminal.shows('> torn');
  terminal.press('!\r');
  await driver.until(() => driver.answers.length === 1);
  t.deepEqual(driver.answers, ['torn!']);
});

test('when the chat is over, the unsent pasted lines are listed', async (t) => {
  const driver = await ConsoleDriver.open(t, { columns: 80, rows: 50 });
  const { terminal } = driver;
  await driver.do({ do: 'ask', prompt: CHAT });
  const lines = Array.from({ length: 25 }, (_, index) => `line ${index + 1}`);
  terminal.press(`draft${pasted(lines.join('\r'))}`);
  await terminal.shows('Send these 25 lines (y/n)?');
  terminal.press('y');
  await driver.until(() => driver.answers.length === 1);
  await driver.do(
    SENT,
    { do: 'ask', prompt: CHAT },
    { do: 'print', lines: ['Over.'] },
    { do: 'ask', prompt: MENU },
  );
  await terminal.shows(
    'Over.',
    ...lines.slice(2, 22).map((line) => `(Not sent: ${line})`),
    '(Not sent: 4 more lines)',
    'Your choice:',
  );
  t.deepEqual(driver.answers, ['line 1', 'line 2']);
});

/** A console with three pasted lines for a buddy who does not read. One line is sent. The prompt is open. */
async function consoleWithWaitingPaste(t: ExecutionContext) {
  const driver = await ConsoleDriver.open(t);
  const { terminal } = driver;
  await driver.do({ do: 'ask', prompt: CHAT });
  terminal.press(pasted('one\rtwo\rthree'));
  await terminal.shows('Send these 3 lines (y/n)?');
  terminal.press('y');
  await driver.until(() => driver.answers.length === 1);
  await driver.do({ do: 'ask', prompt: CHAT });
  await terminal.shows('>');
  t.deepEqual(driver.answers, ['one']);
  return { driver, terminal };
}

test('pasted lines wait for a buddy who does not read, and no typed line overtakes them', async (t) => {
  const { driver, terminal } = await consoleWithWaitingPaste(t);
  terminal.press('four\r');
  await terminal.shows('> four');
  await driver.do(SENT, { do: 'ask', prompt: CHAT });
  t.deepEqual(driver.answers, ['one', 'two']);
  // The prompt may be closed before the next line is sent, for example while an earlier line waits.
  await driver.do({ do: 'ask', prompt: CHAT }, { do: 'drop' }, SENT, { do: 'ask', prompt: CHAT });
  t.deepEqual(driver.answers, ['one', 'two', 'three']);
  await driver.do(SENT, { do: 'ask', prompt: CHAT });
  await terminal.shows('> four');
  terminal.press('\r');
  await driver.until(() => driver.answers.length === 4);
  t.deepEqual(driver.answers, ['one', 'two', 'three', 'four']);
});

test('q leaves a chat whose buddy does not read, and the unsent pasted lines are listed', async (t) => {
  const { driver, terminal } = await consoleWithWaitingPaste(t);
  terminal.press('q\r');
  await driver.until(() => driver.answers.length === 2);
  await driver.do({ do: 'ask', prompt: MENU });
  await terminal.shows('(Not sent: two)', '(Not sent: three)', 'Your choice:');
  t.deepEqual(driver.answers, ['one', 'q']);
});

test('unsent pasted lines are listed when the program ends', async (t) => {
  const { driver, terminal } = await consoleWithWaitingPaste(t);
  driver.send({ do: 'close' });
  await terminal.exited;
  await terminal.shows('(Not sent: two)', '(Not sent: three)');
  t.deepEqual(driver.answers, ['one']);
});

test('while pasted lines wait, another paste is inserted into the typed line', async (t) => {
  const { driver, terminal } = await consoleWithWaitingPaste(t);
  terminal.press(pasted('a\rb'));
  await terminal.shows('> a b');
  await driver.do({ do: 'ask', prompt: MENU });
  await terminal.shows('(Not sent: two)', '(Not sent: three)', '(Not sent: a b)', 'Your choice:');
  t.deepEqual(driver.answers, ['one']);
});

test('if the chat ends before the user agrees to a paste, the lines of the paste are listed', async (t) => {
  const driver = await ConsoleDriver.open(t);
  const { terminal } = driver;
  await driver.do({ do: 'ask', prompt: CHAT });
  terminal.press(pasted('one\rtwo'));
  await terminal.shows('Send these 2 lines (y/n)?');
  await driver.do({ do: 'drop' }, { do: 'ask', prompt: MENU });
  await terminal.shows('(Not sent: one)', '(Not sent: two)', 'Your choice:');
  t.deepEqual(driver.answers, []);
});

test('a call is never answered by keys that were meant for a line', async (t) => {
  const driver = await ConsoleDriver.open(t);
  const { terminal } = driver;
  await driver.do({ do: 'ask', prompt: ID });
  terminal.press(`an ${LEFT}`);
  await terminal.shows('Enter buddy id: an');
  await driver.do({ do: 'ask', prompt: CALL });
  terminal.press(`y\r${pasted('n')}${BACKSPACE}n\u0014\r`);
  await terminal.shows('Accept (y/n)?');
  await quiet();
  t.deepEqual(driver.answers, []);
  terminal.press('n');
  await driver.until(() => driver.answers.length === 1);
  await driver.do({ do: 'ask', prompt: ID });
  await terminal.shows('Accept (y/n)? N', 'Enter buddy id: any n');
  t.deepEqual(driver.answers, ['n']);
});

test('a call that arrives just after a keystroke can be answered only after a quiet time', async (t) => {
  const driver = await ConsoleDriver.open(t);
  const { terminal } = driver;
  await driver.do({ do: 'ask', prompt: ID });
  terminal.press(`a${BACKSPACE}`);
  await driver.until(() => driver.count('activity') === 1);
  await driver.do({ do: 'ask', prompt: CALL });
  terminal.press('yes');
  await quiet();
  t.deepEqual(driver.answers, []);
  await driver.do({ do: 'ask', prompt: ID });
  await terminal.shows('Enter buddy id: yes');
});

test('a question that follows an action of the user takes a key that was typed ahead', async (t) => {
  const driver = await ConsoleDriver.open(t);
  await driver.do({ do: 'ask', prompt: ID });
  driver.terminal.press('bob\ry');
  await driver.until(() => driver.answers.length === 1);
  await driver.do({ do: 'ask', prompt: LETTERS });
  await driver.until(() => driver.answers.length === 2);
  t.deepEqual(driver.answers, ['bob', 'y']);
});

test('if the screen becomes narrower, it is painted again, without stale rows', async (t) => {
  const driver = await ConsoleDriver.open(t, { columns: 40, rows: 10 });
  const { terminal } = driver;
  await driver.do(
    { do: 'status', lines: ['bob is online since a while, somewhere', 'carol is offline since yesterday'] },
    { do: 'show', message: message('one two three four five six seven eight nine ten') },
    { do: 'ask', prompt: { ...ID, hasStatus: true } },
  );
  terminal.press('caroline with a name');
  await terminal.until(() => terminal.rows().at(-1)?.endsWith('name') ?? false);
  terminal.resize({ columns: 20, rows: 10 });
  await terminal
    .shows(
      '14:05 bob: one two',
      '   three four five',
      '   six seven eight',
      '   nine ten',
      'bob is online since…',
      'carol is offline si…',
      'Enter buddy id: caro',
      'line with a name',
    )
    .catch((error) => {
      throw error;
    });
  terminal.resize({ columns: 30, rows: 12 });
  await terminal.shows('Enter buddy id: caroline with', 'a name');
  t.is(terminal.rows().filter((row) => row.startsWith('bob is')).length, 1);
});

test('several messages cause one bell or one notification, but none just after a keystroke', async (t) => {
  const bells = await ConsoleDriver.open(t, { notify: 'bell' });
  await bells.do(
    { do: 'notify', text: 'bob: hi' as DisplayText },
    { do: 'notify', text: 'bob: ho' as DisplayText },
  );
  await bells.terminal.until(() => bells.terminal.output.includes('\u0007'));
  t.is(bells.terminal.output.split('\u0007').length, 2);
  const notes = await ConsoleDriver.open(t, { notify: 'osc' });
  await notes.do({ do: 'notify', text: 'bob: \u001b]0;x\u0007hi' as DisplayText });
  await notes.terminal.until(() => notes.terminal.output.includes('\u001b]9;'));
  t.true(notes.terminal.output.includes('\u001b]9;bob: \uFFFD]0;x\uFFFDhi\u0007'));
  const busy = await ConsoleDriver.open(t, { notify: 'bell' });
  busy.terminal.press('x');
  await busy.until(() => busy.count('activity') === 1);
  await busy.do({ do: 'notify', text: 'bob: hi' as DisplayText }, { do: 'print', lines: ['END'] });
  await busy.terminal.shows('END');
  t.false(busy.terminal.output.includes('\u0007'));
});

test('keys are reported as activity, at most once a second', async (t) => {
  const driver = await ConsoleDriver.open(t);
  await driver.do({ do: 'ask', prompt: CHAT });
  driver.terminal.press('several keys');
  await driver.terminal.shows('> several keys');
  t.is(driver.count('activity'), 1);
});

test('Ctrl-D ends the input on an empty line, and deletes a character in any other line', async (t) => {
  const driver = await ConsoleDriver.open(t);
  await driver.do({ do: 'ask', prompt: CHAT });
  driver.terminal.press(`ab${LEFT}${CTRL_D}`);
  await driver.terminal.shows('> a');
  t.is(driver.count('end'), 0);
  driver.terminal.press(`${BACKSPACE}${CTRL_D}`);
  await driver.until(() => driver.count('end') === 1);
});

/** A shell script that runs the console, and prints the terminal's modes before and after it. */
// The shell waits at the end: when the last process of a terminal ends, its last output may be lost.
const BETWEEN_LOOKS =
  'echo modes $(stty -g); $FIXTURE 2>/dev/null; echo code $?; echo modes $(stty -g); read -r _';

for (const way of ['close', 'crash'] as const)
  test(`after a ${way}, the terminal has the same modes as before`, async (t) => {
    const driver = await ConsoleDriver.open(t, { columns: 200, script: BETWEEN_LOOKS });
    const { terminal } = driver;
    const modes = () => terminal.rows().filter((row) => row.startsWith('modes '));
    await driver.do({ do: 'status', lines: ['status'] }, { do: 'ask', prompt: MENU });
    await terminal.shows('status', 'Your choice:');
    driver.send({ do: way });
    await terminal.until(() => modes().length === 2);
    t.is(modes()[0], modes()[1]);
    t.true(terminal.output.lastIndexOf(PASTE_MODE_OFF) > terminal.output.lastIndexOf(PASTE_MODE_ON));
    t.is(terminal.rows().includes('status'), way === 'crash');
  });

test('Ctrl-Z restores the modes of the terminal, and fg sets the modes of the console again', async (t) => {
  const driver = await ConsoleDriver.open(t, { script: `set -m; $FIXTURE; stty -a | grep -o '.icanon'; fg` });
  const { terminal } = driver;
  await driver.do({ do: 'status', lines: ['status'] }, { do: 'ask', prompt: { ...ID, hasStatus: true } });
  terminal.press('bo');
  await terminal.shows('status', 'Enter buddy id: bo');
  terminal.press(CTRL_Z);
  await terminal.until(() => terminal.output.split(PASTE_MODE_ON).length === 3);
  const [, , afterStop = ''] = terminal.output.replaceAll(PASTE_MODE_OFF, PASTE_MODE_ON).split(PASTE_MODE_ON);
  t.true(afterStop.includes(' icanon'));
  await terminal.shows('status', 'Enter buddy id: bo');
  t.is(terminal.allRows().filter((row) => row === 'status').length, 1);
  terminal.press('b\r');
  await driver.until(() => driver.answers.length === 1);
  t.deepEqual(driver.answers, ['bob']);
});

test('a word that is typed while a call rings does not answer the call, even if it contains y', async (t) => {
  const driver = await ConsoleDriver.open(t);
  await driver.do({ do: 'ask', prompt: CALL });
  // All keys come in one write, and the first is not an answer: the user is typing a word.
  driver.terminal.press('mbobby');
  await driver.terminal.until(() => driver.terminal.output.split('\u0007').length > 6);
  t.deepEqual(driver.answers, []);
  await until(() => driver.terminal.rows().at(-1) === 'Accept (y/n)?');
  while (driver.answers.length === 0) {
    driver.terminal.press('y');
    await new Promise((resolve) => setTimeout(resolve, 800)); // longer than the quiet time
  }
  t.deepEqual(driver.answers, ['y']);
});

test('keys that were typed while no prompt was open do not answer a call', async (t) => {
  const driver = await ConsoleDriver.open(t);
  await driver.do({ do: 'ask', prompt: CHAT });
  driver.terminal.press('hi\ry');
  await driver.until(() => driver.answers.length === 1);
  await driver.do({ do: 'ask', prompt: CALL });
  await driver.terminal.shows('(Not sent: y)', 'Accept (y/n)?');
  t.deepEqual(driver.answers, ['hi']);
});

test('after a chat, keys that were meant for the chat choose nothing from the menu', async (t) => {
  const driver = await ConsoleDriver.open(t);
  await driver.do({ do: 'ask', prompt: CHAT });
  driver.terminal.press('hi\rxylophone');
  await driver.until(() => driver.answers.length === 1);
  await driver.do({ do: 'ask', prompt: LETTERS });
  await driver.terminal.shows('(Not sent: xylophone)', 'Your choice:');
  t.deepEqual(driver.answers, ['hi']);
});
