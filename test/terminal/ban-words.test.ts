import test from 'ava';
import type { UserId } from '../../protocol/id.js';
import { banLine, banText, deletedText } from '../../terminal/ban-words.js';
import { linesOf } from '../../terminal/words.js';

const alice = 'alice' as UserId;
const LIFT = 'Only the operator can lift the ban';

test('the text about a ban says what is banned, and until when in local time', (t) => {
  const untilMs = new Date(2026, 11, 24, 18, 0, 1).getTime();
  t.is(banText({ banned: 'id' }, alice), `the operator of the server has banned alice. ${LIFT}`);
  t.is(
    banLine({ banned: 'address', untilMs }, alice),
    `The operator of the server has banned the address of this machine until 2026-12-24 18:01. ${LIFT}.`,
  );
  t.is(banText({ banned: 'id' }, undefined), `the operator of the server has banned this id. ${LIFT}`);
});

test('plain mode keeps its line about a silent server, and adds the ban', (t) => {
  for (const say of ['serverSilent', 'serverLost'] as const) {
    const [usual] = linesOf({ say, silence: { cause: 'unknown' }, user: alice });
    const ban = { banned: 'id' } as const;
    t.deepEqual(linesOf({ say, silence: { cause: 'banned', ban }, user: alice }), [
      usual,
      banLine(ban, alice),
    ]);
  }
});

test('plain mode says why a session has ended', (t) => {
  const ban = { banned: 'id' } as const;
  t.deepEqual(linesOf({ say: 'sessionEnded', user: alice, why: 'banned', ban }), [
    `${banLine(ban, alice)} You are signed out here.`,
  ]);
  t.deepEqual(linesOf({ say: 'sessionEnded', user: alice, why: 'unregistered' }), [
    `${deletedText(alice)}. You are signed out here.`,
  ]);
});
