/**
 * `im-client key new`: makes a key for an id that is already registered, such as an id whose words are lost.
 *
 * The command stores nothing. First the operator sets the new key at the server. After that, the words
 * restore the key on any machine.
 */

import { IDENTITY_WORDS, Identity } from '../../keys/identity.js';
import { EXIT } from '../command-line.js';
import type { KeySession } from './command-runner.js';
import { Refused } from './refused.js';
import { copyOnPaper, requireTerminal } from './words-on-paper.js';

export async function makeKey(session: KeySession): Promise<number> {
  requireTerminal(session);
  const identity = Identity.create();
  const introduction = `This makes a new key, and ${IDENTITY_WORDS} words for it. Nothing is stored here.`;
  if (!(await copyOnPaper(introduction, identity.toWords()))) {
    throw new Refused('the new key was discarded: without the words it would be useless', EXIT.failed);
  }
  process.stdout.write(
    `Right. Give this key to the operator of the server, who sets it for your id:\n\n${identity.key}\n\n` +
      'After that, bring it to this machine with the words: im-client key restore\n',
  );
  return EXIT.done;
}
