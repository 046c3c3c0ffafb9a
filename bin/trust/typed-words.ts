/**
 * Reads the 24 words of an identity. At a terminal, the user types one or several words on a line. A pipe has
 * all words on one line.
 */

import { IDENTITY_WORDS, Identity, problemText, type WordsProblem } from '../../keys/identity.js';
import type { UserId } from '../../protocol/id.js';
import { splitWords } from '../../protocol/safety-words.js';
import { sentence } from '../../terminal/key-words.js';
import { EXIT } from '../command-line.js';
import { HEADLESS_EXIT } from '../headless/exit-codes.js';
import { LineInput } from '../headless/line-input.js';
import { tell } from './command-runner.js';
import { Refused } from './refused.js';
import { SecretPrompt } from './secret-prompt.js';

/** How often the user may type all words at a terminal. */
const ATTEMPTS = 3;

/** Reads the words. Refuses words that do not belong to an identity. */
export async function readIdentity(): Promise<Identity> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) {
    const found = Identity.fromWords(await readPipedLine());
    return found instanceof Identity ? found : refuse(found);
  }
  if (!stderr.isTTY) {
    throw new Refused('the words are typed at a terminal: do not redirect standard error', EXIT.usage);
  }
  tell(`Type the ${IDENTITY_WORDS} words, one or several on a line. Tab shows what you type.`);
  const prompt = new SecretPrompt(stdin, stderr);
  try {
    for (let attempt = 1; ; attempt++) {
      const found = await typeWords(prompt);
      if (found instanceof Identity) return found;
      if (attempt === ATTEMPTS) return refuse(found);
      tell(sentence(problemText(found)));
      tell(`Type all ${IDENTITY_WORDS} again.`);
    }
  } finally {
    prompt.close();
  }
}

/** Reads the six words of a buddy, as one line from a terminal or a pipe. These words are not secret. */
export async function askSixWords(buddy: UserId): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write(`The six words that ${buddy} reads out: `);
  return readPipedLine();
}

/** Reads one line of standard input. */
async function readPipedLine(): Promise<string> {
  const input = new LineInput();
  for await (const line of input) {
    input.stop();
    return line;
  }
  return '';
}

async function typeWords(prompt: SecretPrompt): Promise<Identity | WordsProblem> {
  const words: string[] = [];
  while (words.length < IDENTITY_WORDS) {
    const typed = splitWords(await prompt.readLine(`Word ${words.length + 1} of ${IDENTITY_WORDS}: `));
    const problem = Identity.fromWords([...words, ...typed].join(' '));
    if ('problem' in problem && problem.problem === 'unknown-word') {
      tell(`${sentence(problemText(problem))} Type the words of this line again.`);
    } else words.push(...typed);
  }
  return Identity.fromWords(words.join(' '));
}

function refuse(problem: WordsProblem): never {
  throw new Refused(problemText(problem), HEADLESS_EXIT.wrongWords);
}
