/**
 * `im-client trust` and `im-client forget`: show, verify and forget the keys of an id's buddies.
 */

import type { KeyedServer } from '../../actors/client/keyed-server.js';
import { TrustKeeper } from '../../actors/client/trust-keeper.js';
import { findSafetyWords } from '../../keys/safety-phrase.js';
import { type TrustLevel, trustLevelOf } from '../../machines/client/pins.js';
import { type WhoAnswer, whoAnswerOf } from '../../machines/client/who.js';
import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';
import { SAFETY_WORDS } from '../../protocol/safety-words.js';
import { TRUST_WORDS } from '../../terminal/key-words.js';
import type { KeyFileName } from '../../user-files/key-file-name.js';
import { Pins, type StoredTrust } from '../../user-files/pins.js';
import { isFailed } from '../../user-files/private-directory.js';
import { Undelivered } from '../../user-files/undelivered.js';
import { EXIT } from '../command-line.js';
import { HEADLESS_EXIT } from '../headless/exit-codes.js';
import { type KeySession, orRefuse, print, tell, userOf } from './command-runner.js';
import { identifyServer, refuse } from './key-server.js';
import { Refused } from './refused.js';

/** How the user vouches for a key: by the words that the buddy reads out, or by the key itself. */
export interface Vouching {
  readonly words?: string | undefined;
  readonly key?: IdentityKey | undefined;
}

const LEVEL_WORDS: Readonly<Record<TrustLevel, string>> = { ...TRUST_WORDS, unknown: TRUST_WORDS.open };

/** Prints the buddies whose key is known. */
export async function listTrust(session: KeySession): Promise<number> {
  const id = userOf(session);
  const server = await identifyServer(session);
  const view = await new Pins(session.root, { id, server: server.name }).read();
  if (view.reason !== undefined)
    throw new Refused(`the keys of the buddies cannot be read: ${view.reason}`, EXIT.failed);
  for (const buddy of [...view.subjects].sort()) {
    await printTrust(session, buddy as UserId, view.find(buddy as UserId));
  }
  if (view.isDamaged) {
    tell(
      'A line of the file is damaged: ' +
        'if a buddy is not listed, the stored key of this buddy may be unreadable.',
    );
  } else if (view.subjects.length === 0 && !session.isJson) {
    tell(`No key of a buddy of ${id} is known here. A key is stored when you add a buddy or call one.`);
  }
  return EXIT.done;
}

/** Asks the server for the key of a buddy, lets the user vouch for a key, and prints the result. */
export async function trustBuddy(session: KeySession, buddy: UserId, vouching: Vouching): Promise<number> {
  const id = userOf(session);
  if (buddy === id) throw new Refused('this is your own id', EXIT.usage);
  const server = await identifyServer(session);
  const who = await askAbout(server, buddy);
  const pins = new Pins(session.root, { id, server: server.name });
  const keeper = new TrustKeeper({ who: async () => who, pinsOf: () => pins });
  orRefuse((await keeper.check(id, buddy)).trust, notStored(buddy));
  await vouch(keeper, id, buddy, vouching);
  const trust = await keeper.trustIn(id, buddy);
  await printTrust(session, buddy, trust);
  const level = trustLevelOf(trust);
  if (level === 'changed') explainChange(buddy);
  else if (level === 'damaged') explainDamage(buddy);
  else if (who.says === 'key' && trust !== undefined && trust !== 'damaged' && who.key !== trust.key) {
    tell(`The server names another key of ${buddy} at present: ${who.key}`);
    tell('As long as the server names this key, both clients refuse calls.');
  }
  if (level === 'changed' || level === 'damaged') return HEADLESS_EXIT.keyChanged;
  return EXIT.done;
}

/** Forgets the key of a buddy. */
export async function forgetBuddy(session: KeySession, buddy: UserId): Promise<number> {
  const id = userOf(session);
  const server = await identifyServer(session);
  const name = { id, server: server.name };
  const pins = new Pins(session.root, name);
  const keeper = new TrustKeeper({ who: async () => ({ says: 'nothing' }), pinsOf: () => pins });
  const level = trustLevelOf(await keeper.trustIn(id, buddy));
  if (level === 'unknown') {
    await print(session, [`No key of ${buddy} is known here.`], { buddy, forgotten: false });
    return EXIT.done;
  }
  orRefuse(await keeper.handle(id, buddy, { type: 'buddy.forgotten' }), notStored(buddy));
  const lines = [
    `The key of ${buddy} is forgotten.`,
    `The next key that the server names for ${buddy} is stored without a question.`,
    `Compare the six words then: im-client trust ${buddy} --words`,
  ];
  if (level === 'changed') {
    lines.splice(1, 0, 'From your next call on, the other key, which the server named, counts.');
  }
  const waiting = await countWaiting(session, name, buddy);
  if (waiting > 0) lines.push(`Undelivered lines to the forgotten key stay in a file: ${waiting}`);
  await print(session, lines, { buddy, forgotten: true });
  return EXIT.done;
}

function notStored(buddy: UserId): string {
  return `the key of ${buddy} cannot be stored`;
}

/**
 * Asks the server for the key of a buddy. If the server does not say the key, prints why, and returns
 * `nothing`, so that the command continues. Refuses if a server with another key answers.
 */
async function askAbout(server: KeyedServer, buddy: UserId): Promise<WhoAnswer> {
  try {
    return whoAnswerOf(await server.newestDevice(buddy).catch(refuse));
  } catch (error) {
    if (!(error instanceof Refused) || error.exitCode === HEADLESS_EXIT.serverChanged) throw error;
    tell(`The server did not say what the key of ${buddy} is: ${error.message}.`);
    return { says: 'nothing' };
  }
}

/** Stores the key that the user vouches for. Refuses words that do not match a known key. */
async function vouch(
  keeper: TrustKeeper,
  id: UserId,
  buddy: UserId,
  { words, key }: Vouching,
): Promise<void> {
  if (key !== undefined)
    orRefuse(await keeper.handle(id, buddy, { type: 'key.given', key }), notStored(buddy));
  if (words === undefined) return;
  const compared = orRefuse(await keeper.verify(id, buddy, words), notStored(buddy));
  switch (compared.result) {
    case 'same':
      return;
    case 'no-key':
      throw new Refused(`no key of ${buddy} is known`, HEADLESS_EXIT.noKey);
    case 'typo':
      throw new Refused(`word ${compared.position} is not in the list of words`, HEADLESS_EXIT.wrongWords);
    case 'wrong-count':
      throw new Refused(
        `there are ${compared.count} words, but there must be ${SAFETY_WORDS}`,
        HEADLESS_EXIT.wrongWords,
      );
    case 'different':
      throw new Refused(
        `these are not the words of ${buddy}: a typing mistake, or a false key. Nothing was changed`,
        HEADLESS_EXIT.wrongWords,
      );
  }
}

/** Prints a buddy: id, state, key and six words, separated by tabs. */
async function printTrust(session: KeySession, buddy: UserId, trust: StoredTrust): Promise<void> {
  const level = trustLevelOf(trust);
  const state = LEVEL_WORDS[level];
  if (trust === undefined || trust === 'damaged') {
    return print(session, [`${buddy}\t${state}`], { buddy, state });
  }
  const { key, floor, by, other } = trust;
  const words = await findSafetyWords(key, buddy);
  const lines = [[buddy, state, key, words.join(' ')].join('\t')];
  if (other === undefined) return print(session, lines, { buddy, state, key, words, floor, by });
  const otherWords = await findSafetyWords(other.key, buddy);
  lines.push([buddy, 'the server names', other.key, otherWords.join(' ')].join('\t'));
  return print(session, lines, {
    ...{ buddy, state, key, words, floor, by },
    other: { key: other.key, words: otherWords, floor: other.floor },
  });
}

function explainChange(buddy: UserId): void {
  tell(`The server names another key of ${buddy} than the one stored here, so there are no calls.`);
  tell(`Ask ${buddy}, not over this messenger, for the six words: im-client trust ${buddy} --words`);
  tell(`Or discard the stored key, and with it the protection: im-client forget ${buddy}`);
}

function explainDamage(buddy: UserId): void {
  tell(`The stored key of ${buddy} is not readable, so there are no calls.`);
  tell(`Ask ${buddy} for the six words: im-client trust ${buddy} --words; or: im-client forget ${buddy}`);
}

/** Counts the lines to a buddy that were neither confirmed nor reported as undelivered. */
async function countWaiting({ root }: KeySession, name: KeyFileName, buddy: UserId): Promise<number> {
  const stored = await new Undelivered(root, name).read(buddy);
  if (isFailed(stored)) return 0;
  const settled = Math.max(0, ...stored.entries.map((entry) => (entry.is === 'settled' ? entry.n : 0)));
  return stored.entries.filter((entry) => entry.is === 'line' && entry.n > settled).length;
}
