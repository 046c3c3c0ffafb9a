import { readFile, writeFile } from 'node:fs/promises';
import test from 'ava';
import { MENU_REMINDER } from '../terminal/presence-lines.js';
import { startServerProgram, temporaryDirectory } from './helpers/programs.js';
import { quiet, Terminal } from './helpers/terminal.js';

const PAGE = 'README.md';
const SIZE = { columns: 78, rows: 30 };

/** All that was on a screen, without the menu, which looks the same each time, and at one time of the day. */
function told(terminal: Terminal): string[] {
  const rows = terminal
    .allRows()
    .filter((row) => !/^ {2}[A-Z?] - /.test(row) && !row.endsWith(MENU_REMINDER));
  const timed = rows.map((row) => row.replace(/^\d\d:\d\d (?=\w+: )/, '14:05 '));
  return timed.filter((row, at) => row !== '' || (at > 0 && timed[at - 1] !== ''));
}

test(`the session in ${PAGE} is a real one`, async (t) => {
  const { tcp, udp } = await startServerProgram(t, await temporaryDirectory(t));
  const ports = ['--server', '127.0.0.1', '--tcp-port', String(tcp), '--udp-port', String(udp)];
  const [alice, bob] = [Terminal.client(t, SIZE, ...ports), Terminal.client(t, SIZE, ...ports)];
  const ends = (terminal: Terminal, last: string) =>
    terminal.until(() => terminal.rows().at(-1) === last, last);
  for (const [terminal, id] of [
    [bob, 'bob'],
    [alice, 'alice'],
  ] as const) {
    await ends(terminal, 'Your choice:');
    terminal.press(`r${id}\r`);
    await terminal.until(() => terminal.allRows().includes(`Signed in as ${id}.`));
    await ends(terminal, 'Your choice:');
  }
  alice.press('abob\r');
  await alice.until(() => alice.rows().includes('  bob  online'));
  alice.press('mbob\r');
  await ends(bob, 'Do you want to accept an incoming connection (y/n)?');
  await quiet();
  bob.press('y');
  await ends(alice, 'bob>');
  await ends(bob, 'alice>');
  alice.press('hello bob\r');
  await bob.until(() => bob.rows().some((row) => row.endsWith('alice: hello bob')));
  bob.press('hi! shall we meet at eight?\r');
  await alice.until(() => alice.rows().some((row) => row.endsWith('bob: hi! shall we meet at eight?')));
  alice.press('see you then\r');
  await bob.until(() => bob.rows().some((row) => row.endsWith('alice: see you then')));
  alice.press('q\r');
  await bob.until(() => bob.rows().includes('alice left.'));
  await alice.until(() => alice.rows().slice(-2).join() === '  bob  online,Your choice:');
  await ends(bob, 'Your choice:');

  const session = ['ALICE', '', ...told(alice), '', 'BOB', '', ...told(bob)];
  const page = await readFile(PAGE, 'utf8');
  const block = /(<!-- session -->\n)[\s\S]*?(<!-- end of session -->)/;
  t.regex(page, block, 'there is a place for it');
  const current = page.replace(block, `$1\n\`\`\`\n${session.join('\n')}\n\`\`\`\n\n$2`);
  // `npm run session` records it anew.
  if (process.env['UPDATE_SESSION']) await writeFile(PAGE, current);
  t.is(await readFile(PAGE, 'utf8'), current, 'run npm run session');
});
