/**
 * `im-client key words`: shows the 24 words at a terminal, and removes them from this machine once the user
 * has shown that they are copied.
 */

import { randomInt } from 'node:crypto';
import type { ReadStream, WriteStream } from 'node:tty';
import { IDENTITY_WORDS } from '../../keys/identity.js';
import type { UserId } from '../../protocol/id.js';
import { splitWords } from '../../protocol/safety-words.js';
import { KeyFiles, type StoredKey } from '../../user-files/key-file.js';
import { EXIT } from '../command-line.js';
import { endProcessNow, onStopSignal } from '../ending.js';
import { HEADLESS_EXIT } from '../headless/exit-codes.js';
import { type KeySession, orRefuse, userOf } from './command-runner.js';
import { knownServerName } from './key-server.js';
import { Refused } from './refused.js';
import { SecretPrompt } from './secret-prompt.js';
import { identityIn } from './stored-credentials.js';

/** How many words are asked back. */
const ASKED_WORDS = 2;

/** How often a word may be typed. */
const ATTEMPTS = 3;

/** Columns of a numbered word: a number, and at most 8 letters. */
const WORD_COLUMNS = 14;

/** A second screen of the terminal: what it showed does not stay in the scrollback. */
const OTHER_SCREEN = '\u001b[?1049h\u001b[H\u001b[2J';
const FIRST_SCREEN = '\u001b[?1049l';

export async function showWords(session: KeySession): Promise<number> {
  const id = userOf(session);
  if (session.isJson) throw new Refused('the 24 words are never printed as JSON', EXIT.usage);
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    throw new Refused(
      'the 24 words are shown at a terminal only, so that they do not end up in a file or a log',
      EXIT.usage,
    );
  }
  const keys = new KeyFiles(session.root);
  const key = await findKey(session, keys, id);
  const identity = identityIn(key);
  if (identity === undefined) {
    const reason = key.seed === undefined ? '' : ' (what is stored here is damaged)';
    throw new Refused(
      `the 24 words of ${id} are not on this machine${reason}: only your paper has them`,
      HEADLESS_EXIT.noKey,
    );
  }
  const words = identity.toWords();
  if (!(await showAndAsk(id, words, stdin, stdout))) {
    stdout.write(`The words stay on this machine. im-client key words --user ${id} shows them again.\n`);
    return EXIT.done;
  }
  orRefuse(await keys.dropSeed(key, key.identity), 'the words stay on this machine');
  stdout.write('Right. The words are not on this machine any more: your paper is the only copy.\n');
  return EXIT.done;
}

/** Finds the key at the configured server; otherwise the only key of the id. */
async function findKey({ root, endpoint }: KeySession, keys: KeyFiles, id: UserId): Promise<StoredKey> {
  const names = orRefuse(await keys.list(), 'the keys cannot be read').filter((name) => name.id === id);
  const server = await knownServerName(root, endpoint);
  const name = names.find((each) => each.server === server) ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) {
    const reason =
      names.length === 0
        ? `${id} has no key on this machine`
        : `${id} has keys for ${names.length} servers: choose one with --server and --tcp-port`;
    throw new Refused(reason, HEADLESS_EXIT.noKey);
  }
  const key = orRefuse(await keys.read(name), `the key of ${id} cannot be read`);
  if (key === undefined) throw new Refused(`${id} has no key on this machine`, HEADLESS_EXIT.noKey);
  return key;
}

/** Shows the words, and asks some of them back. Returns false if the user skips that. */
async function showAndAsk(
  id: UserId,
  words: readonly string[],
  stdin: ReadStream,
  stdout: WriteStream,
): Promise<boolean> {
  const hasScreens = process.env['TERM'] !== 'dumb';
  const leaveScreen = () => hasScreens && stdout.write(FIRST_SCREEN);
  stdout.write(
    `The ${IDENTITY_WORDS} words bring the key of ${id} back if this machine is lost.\n` +
      `Anyone who has them can sign in as ${id}. Write them on paper: not in a file, not in a photograph.\n`,
  );
  const prompt = new SecretPrompt(stdin, stdout);
  onStopSignal(() => {
    leaveScreen();
    prompt.close();
    endProcessNow(EXIT.failed);
  });
  try {
    await prompt.readLine('Press Enter to see them.');
    if (hasScreens) stdout.write(OTHER_SCREEN);
    try {
      stdout.write(`The ${IDENTITY_WORDS} words of ${id}:\n\n${rowsOf(words, stdout.columns)}\n`);
      await prompt.readLine('Press Enter when you have written them down.');
    } finally {
      leaveScreen();
    }
    stdout.write(`Type ${ASKED_WORDS} of the words, to be sure of your copy. An empty line skips this.\n`);
    for (const position of somePositions()) {
      if (!(await askWord(prompt, stdout, position, words[position] as string))) return false;
    }
    return true;
  } finally {
    prompt.close();
  }
}

/** Asks for one word. Returns false if the user skips it. Refuses after {@link ATTEMPTS} wrong words. */
async function askWord(
  prompt: SecretPrompt,
  stdout: WriteStream,
  position: number,
  word: string,
): Promise<boolean> {
  const number = position + 1;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const typed = splitWords(await prompt.readLine(`Word ${number}: `));
    if (typed.length === 0) return false;
    if (typed.length === 1 && typed[0] === word) return true;
    stdout.write(`That is not word ${number}. Look at your copy.\n`);
  }
  throw new Refused(
    `word ${number} was wrong ${ATTEMPTS} times: the words stay on this machine. Compare your copy with them`,
    HEADLESS_EXIT.wrongWords,
  );
}

/** The positions of the words to ask for, in their order. */
function somePositions(): readonly number[] {
  const positions = new Set<number>();
  while (positions.size < ASKED_WORDS) positions.add(randomInt(IDENTITY_WORDS));
  return [...positions].sort((one, other) => one - other);
}

/** The numbered words in rows, read from left to right. */
function rowsOf(words: readonly string[], columns: number): string {
  const perRow = columns >= 4 * WORD_COLUMNS ? 4 : 2;
  const numbered = words.map((word, index) =>
    `${String(index + 1).padStart(3)}. ${word}`.padEnd(WORD_COLUMNS),
  );
  const rows = Array.from({ length: Math.ceil(words.length / perRow) }, (_, row) =>
    numbered.slice(row * perRow, (row + 1) * perRow).join(''),
  );
  return rows.map((row) => `${row.trimEnd()}\n`).join('');
}
