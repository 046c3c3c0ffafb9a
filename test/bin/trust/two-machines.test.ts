/** Two machines of one user, with their own homes and terminals, at one server. All programs are real. */

import anyTest, { type ExecutionContext } from 'ava';
import { askedBack, Machine, registerAtMenu } from '../../helpers/machine.js';
import { startServerProgram, temporaryDirectory } from '../../helpers/programs.js';
import { quiet, type Terminal } from '../../helpers/terminal.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const ELSEWHERE = [
  'alice has signed in elsewhere. You are signed out here.',
  'Press L to sign in here again.',
  'If it was not you, shut out all other machines: im-client key revoke --user alice',
];
const REVOKED = [
  'This machine was shut out for alice: the 24 words of the key bring it back. You are signed out here.',
  'Press L to type the words.',
];

/** Waits longer than the time between two heartbeats, so that a test can check that nothing happens. */
function severalBeats(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 12_000));
}

/** Starts a server, and makes two machines that do not know the server yet. */
async function twoMachines(t: ExecutionContext) {
  const server = await startServerProgram(t, await temporaryDirectory(t));
  return { desktop: new Machine(t, server), laptop: new Machine(t, server) };
}

/** Registers alice at the menu of one machine, copies her words, and makes a second machine. */
async function aliceWithPaper(t: ExecutionContext) {
  const { desktop, laptop } = await twoMachines(t);
  const atDesktop = desktop.atTerminal();
  const words = await registerAtMenu(atDesktop, 'alice');
  atDesktop.press(`${(await askedBack(atDesktop, words)).join(' ')}\r`);
  await showsRows(atDesktop, 'The words are right, and are no longer on this machine. Keep your paper.');
  await atMenu(atDesktop);
  return { desktop, laptop, atDesktop, words };
}

/** Waits until rows that follow each other are on the screen. */
async function showsRows(terminal: Terminal, ...rows: readonly string[]): Promise<void> {
  await terminal.until(() => terminal.rows().join('\n').includes(rows.join('\n')), rows);
}

function times(terminal: Terminal, row: string): number {
  return terminal.allRows().filter((one) => one === row).length;
}

/** Waits until the menu takes keys, with alice signed in or with no user signed in. */
async function atMenu(terminal: Terminal, isSignedIn = true): Promise<void> {
  const above = isSignedIn ? /^(?:alice: | {2}\S+ +o)/ : / - Explain these letters$/;
  await terminal.until(() => {
    const [status = '', prompt] = terminal.rows().slice(-2);
    return prompt === 'Your choice:' && above.test(status);
  }, 'the menu');
}

async function signIn(terminal: Terminal): Promise<void> {
  await quiet(); // The menu may just have opened by itself, and then drops keys.
  terminal.press('l');
  await terminal.shows('Enter user id:');
  terminal.press('alice\r');
}

/** Types the words, six on a line. */
async function typeWords(terminal: Terminal, words: readonly string[]): Promise<void> {
  await terminal.shows('Type the 24 words of alice, one or several on a line (an empty line goes back):');
  for (const from of [0, 6, 12, 18]) {
    terminal.press(`${words.slice(from, from + 6).join(' ')}\r`);
    if (from < 18) await terminal.shows(`Word ${from + 7} of 24:`);
  }
}

test('the words sign alice in on a second machine, and sign her out on the first', async (t) => {
  const { laptop, atDesktop, words } = await aliceWithPaper(t);
  const atLaptop = laptop.atTerminal();
  await atMenu(atLaptop, false);
  await signIn(atLaptop);
  await showsRows(
    atLaptop,
    'alice has a key, which is not on this machine, so nothing was sent.',
    'Its 24 words bring it back.',
  );
  await typeWords(atLaptop, words);
  await showsRows(atLaptop, 'Signed in as alice.');
  await showsRows(atDesktop, ...ELSEWHERE);
  await atMenu(atDesktop, false);
  // Alice goes back to the first machine. It needs no words, and the second machine signs her out.
  await signIn(atDesktop);
  await showsRows(atLaptop, ...ELSEWHERE);
  await atMenu(atDesktop);
  // Neither machine signs alice in again by itself.
  await severalBeats();
  await atMenu(atDesktop);
  t.deepEqual([times(atDesktop, ELSEWHERE[0] ?? ''), times(atLaptop, ELSEWHERE[0] ?? '')], [1, 1]);
  atDesktop.press('s');
  await showsRows(atDesktop, 'My buddy list:', '(It is empty. Press A to add a buddy.)');
});

test('one command shuts out a lost machine, and typing the words at L brings it back', async (t) => {
  const { laptop, desktop, atDesktop, words } = await aliceWithPaper(t);
  t.is((await laptop.run(['key', 'restore', '--user', 'alice'], words.join(' '))).code, 0);
  const revoke = laptop.atTerminal('key', 'revoke', '--user', 'alice');
  await revoke.shows('Word 1 of 24:');
  revoke.press(`${words.join('\r')}\r`);
  await showsRows(
    revoke,
    'All other devices of alice are shut out: only this machine can sign in as alice now.',
  );
  t.is(await revoke.exited, 0);

  await showsRows(atDesktop, ...REVOKED);
  const add = await desktop.run(['add', 'alice', 'bob']);
  t.deepEqual(add, {
    code: 19,
    out: '',
    err:
      'im-client: the key of alice on this machine was revoked; ' +
      'to bring it back: im-client key restore --user alice\n',
  });
  await atMenu(atDesktop, false);
  await signIn(atDesktop);
  await showsRows(
    atDesktop,
    'This machine was shut out for alice, so nothing was sent.',
    'Its 24 words bring it back.',
  );
  await typeWords(atDesktop, words);
  await atMenu(atDesktop);
  t.is((await desktop.run(['add', 'alice', 'bob'])).code, 5, 'alice is accepted, and only bob is unknown');
});

test('a machine that was shut out while it was off says so once, when alice signs in', async (t) => {
  const { laptop, desktop, atDesktop, words } = await aliceWithPaper(t);
  atDesktop.press('x');
  t.is(await atDesktop.exited, 0);
  t.is((await laptop.run(['key', 'revoke', '--user', 'alice'], words.join(' '))).code, 0);
  const again = desktop.atTerminal('--user', 'alice');
  await showsRows(again, ...REVOKED);
  await atMenu(again, false);
  await signIn(again);
  await typeWords(again, words);
  await atMenu(again);
  t.is(times(again, REVOKED[0] ?? ''), 1);
});

test('after a registration by a command, `key words` and `key restore` move alice', async (t) => {
  const { desktop, laptop } = await twoMachines(t);
  const registered = await desktop.run(['register', 'alice']);
  t.deepEqual([registered.code, registered.out], [0, '200 OK\n']);
  t.regex(registered.err, /24 words.*im-client key words/);
  const keyOn = async (machine: Machine) => JSON.parse((await machine.run(['key', '--json'])).out);
  t.true((await keyOn(desktop)).keepsWords);

  const copying = desktop.atTerminal('key', 'words', '--user', 'alice');
  await copying.shows('Press Enter to see them.');
  copying.press('\r');
  await copying.shows('Press Enter when you have written them down.');
  const paper = [
    ...copying
      .rows()
      .join('\n')
      .matchAll(/\d+\. ([a-z]+)/g),
  ].map(([, word]) => word as string);
  copying.press('\r');
  for (const _ of [1, 2]) {
    const asked = () => /^Word (\d+):$/.exec(copying.rows().at(-1) ?? '');
    await copying.until(() => asked() !== null);
    const row = copying.rows().at(-1);
    copying.press(`${paper[Number(asked()?.[1]) - 1]}\r`);
    await copying.until(() => copying.rows().at(-1) !== row);
  }
  t.is(await copying.exited, 0);
  t.false((await keyOn(desktop)).keepsWords);

  const restoring = laptop.atTerminal('key', 'restore', '--user', 'alice');
  await restoring.shows('Word 1 of 24:');
  for (const from of [0, 8, 16]) restoring.press(`${paper.slice(from, from + 8).join(' ')}\r`);
  await showsRows(restoring, 'The 24 words are not kept on this machine. Keep your paper.');
  t.is(await restoring.exited, 0);
  const [first, second] = [await keyOn(desktop), await keyOn(laptop)];
  t.deepEqual([second.key, second.safetyWords], [first.key, first.safetyWords]);
  t.true(second.serial > first.serial);
  t.is((await laptop.run(['server'])).out, (await desktop.run(['server'])).out);
});

test('each new listener on another machine makes the older listener exit with 17', async (t) => {
  const { laptop, desktop, words } = await aliceWithPaper(t);
  t.is((await laptop.run(['key', 'restore', '--user', 'alice'], words.join(' '))).code, 0);
  const listen = async (machine: Machine) => {
    const listener = machine.start('listen', 'alice');
    while (!listener.stderr.includes('Listening')) await new Promise(setImmediate);
    return listener;
  };
  let older = await listen(desktop);
  for (const machine of [laptop, desktop]) {
    const newer = await listen(machine);
    t.is(await older.exited, 17);
    t.regex(older.stderr, /^im-client: alice has signed in elsewhere$/m);
    older = newer;
  }
  // The exit code of a device that was shut out is not the exit code of a sign-in elsewhere.
  t.is((await laptop.run(['key', 'revoke', '--user', 'alice'], words.join(' '))).code, 0);
  t.is(await older.exited, 19);
  t.regex(
    older.stderr,
    /the key of alice on this machine was revoked; to bring it back: im-client key restore/,
  );
});

test('plain mode prints the command that brings a key back, and this command works', async (t) => {
  const { laptop, words } = await aliceWithPaper(t);
  const { out } = await laptop.run(['--plain'], 'L\nalice\nX\n');
  t.true(
    out.includes('so nothing was sent.\nIts 24 words bring it back: im-client key restore --user alice\n'),
  );
  const command = /im-client (key restore .*)/.exec(out)?.[1]?.split(' ') ?? [];
  t.is((await laptop.run(command, words.join(' '))).code, 0);
});
