/**
 * Shows the 24 words at a terminal. Then asks the user to type two of them, to make sure that the user has
 * written them down.
 */

import { randomInt } from 'node:crypto';
import type { ReadStream, WriteStream } from 'node:tty';
import { IDENTITY_WORDS } from '../../keys/identity.js';
import { splitWords } from '../../protocol/safety-words.js';
import { EXIT } from '../command-line.js';
import { endProcessNow, onStopSignal } from '../ending.js';
import { HEADLESS_EXIT } from '../headless/exit-codes.js';
import type { KeySession } from './command-runner.js';
import { Refused } from './refused.js';
import { SecretPrompt } from './secret-prompt.js';

/** How many of the words the user must type. */
const ASKED_WORDS = 2;

/** How often the user may type a word. */
const ATTEMPTS = 3;

/** The width of a numbered word, in columns: a number, and at most 8 letters. */
const WORD_COLUMNS = 14;

/** Switches to the second screen of the terminal, whose contents do not stay in the scrollback. */
const OTHER_SCREEN = '\u001b[?1049h\u001b[H\u001b[2J';
const FIRST_SCREEN = '\u001b[?1049l';

/**
 * Refuses `--json`, and input or output that is not a terminal: the words could end up in a file or a log.
 */
export function requireTerminal({ isJson }: KeySession): void {
  if (isJson) throw new Refused('the 24 words are never printed as JSON', EXIT.usage);
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new Refused(
      'the 24 words are shown at a terminal only, so that they do not end up in a file or a log',
      EXIT.usage,
    );
  }
}

/**
 * Shows the words, and asks the user to type some of them. Resolves with false if the user types nothing.
 * Refuses wrong words.
 *
 * @param introduction A text that is printed first, and says what the words are for.
 */
export async function copyOnPaper(introduction: string, words: readonly string[]): Promise<boolean> {
  const { stdin, stdout }: { readonly stdin: ReadStream; readonly stdout: WriteStream } = process;
  const hasScreens = process.env['TERM'] !== 'dumb';
  const leaveScreen = () => hasScreens && stdout.write(FIRST_SCREEN);
  stdout.write(
    `${introduction} Anyone who has\n` +
      'them can sign in as you. Write them on paper, not in a file or a photograph.\n',
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
      stdout.write(`The ${IDENTITY_WORDS} words:\n\n${rowsOf(words, stdout.columns)}\n`);
      await prompt.readLine('Press Enter when you have written them down.');
    } finally {
      leaveScreen();
    }
    stdout.write(`Type ${ASKED_WORDS} of the words, to be sure of your copy. An empty line stops.\n`);
    for (const position of somePositions()) {
      if (!(await askWord(prompt, stdout, position, words[position] as string))) return false;
    }
    return true;
  } finally {
    prompt.close();
  }
}

/** Asks for one word. Returns false if the user types nothing. Refuses after {@link ATTEMPTS} wrong words. */
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
    `word ${number} was wrong ${ATTEMPTS} times: compare your copy with the words again`,
    HEADLESS_EXIT.wrongWords,
  );
}

/** Picks random positions of words to ask for, in ascending order. */
function somePositions(): readonly number[] {
  const positions = new Set<number>();
  while (positions.size < ASKED_WORDS) positions.add(randomInt(IDENTITY_WORDS));
  return [...positions].sort((one, other) => one - other);
}

/** Formats the numbered words in rows, to be read from left to right. */
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
