import test from 'ava';
import fc from 'fast-check';
import type { StoredTrust } from '../../../machines/client/pins.js';
import {
  type Arrival,
  type CalledDecision,
  type CallingDecision,
  canBeGuessed,
  DENIAL_REPORT_MS,
  decideCalled,
  decideCalling,
  isAcceptedAsBuddy,
  isReportDue,
  mayPin,
  type PrivacyMode,
} from '../../../machines/client/private-calls.js';
import { type TrustEvent, trustEventOf } from '../../../machines/client/trust.js';
import type { WhoAnswer } from '../../../machines/client/who.js';
import {
  CHANGED,
  KEY,
  NAMES_KEY,
  NAMES_OTHER,
  NAMES_THIRD,
  OTHER,
  PINNED,
  someTrust,
  someTrustEvent,
  someWho,
  trustAfter,
  VERIFIED,
  WITHOUT_KEY,
} from '../../helpers/trust.js';

const PRIVATE: CallingDecision = { kind: 'private', key: KEY, pinsFirst: false };
const none = (why: Extract<CallingDecision, { kind: 'none' }>['why']): CallingDecision => ({
  kind: 'none',
  why,
});

const KNOWN = { 'a pinned buddy': PINNED, 'a verified buddy': VERIFIED } as const;
const SILENT = WITHOUT_KEY['the server does not answer'];

const somePrivacy = fc.constantFrom<PrivacyMode>('as-can', 'private', 'clear');
const someArrival: fc.Arbitrary<Arrival> = fc.oneof(
  fc.record({
    kind: fc.constant('private' as const),
    key: fc.constantFrom(KEY, OTHER),
    isForUser: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('clear' as const), isNamed: fc.boolean() }),
);

function calling(
  title: string,
  trust: StoredTrust,
  who: WhoAnswer,
  expected: CallingDecision,
  privacy: PrivacyMode = 'as-can',
): void {
  test(`calling ${title}`, (t) => {
    t.deepEqual(decideCalling(trust, who, privacy), expected);
  });
}

for (const [buddy, trust] of Object.entries(KNOWN)) {
  calling(`${buddy} whose key the server names is private`, trust, NAMES_KEY, PRIVATE);
  for (const [answer, who] of Object.entries(WITHOUT_KEY))
    calling(`${buddy} is private with the pinned key, although ${answer}`, trust, who, PRIVATE);
  calling(`${buddy} is refused if the server names another key`, trust, NAMES_OTHER, none('changed'));
}
calling('a buddy without a pin first pins the key that the server names', undefined, NAMES_KEY, {
  kind: 'private',
  key: KEY,
  pinsFirst: true,
});
for (const [answer, who] of Object.entries(WITHOUT_KEY).filter(([, { says }]) => says !== 'nothing')) {
  calling(`a buddy without a pin is in clear, and the reason is given, if ${answer}`, undefined, who, {
    kind: 'clear',
    why: who.says,
  });
  calling(
    `a buddy without a pin is refused with --private, if ${answer}`,
    undefined,
    who,
    none('not-private'),
    'private',
  );
}
calling(
  'a buddy without a pin is refused if the server keeps keys but does not answer',
  undefined,
  SILENT,
  none('server-silent'),
);
calling(
  'a buddy without a pin is refused with --private if the server does not answer',
  undefined,
  SILENT,
  none('server-silent'),
  'private',
);
calling(
  'a buddy without a pin is in clear with --clear if the server does not answer',
  undefined,
  SILENT,
  { kind: 'clear', why: 'nothing' },
  'clear',
);
calling(
  'a buddy without a pin is private, even with --clear, if the server names a key',
  undefined,
  NAMES_KEY,
  { kind: 'private', key: KEY, pinsFirst: true },
  'clear',
);
for (const [answer, who] of Object.entries({ ...WITHOUT_KEY, 'the server names the new key': NAMES_OTHER }))
  calling(`a buddy with a changed key is refused, if ${answer}`, CHANGED, who, none('changed'));
calling('a buddy whose key changed twice is refused', CHANGED, NAMES_THIRD, none('changed'));
calling('a buddy is private again once the server names the pinned key again', CHANGED, NAMES_KEY, PRIVATE);
for (const [answer, who] of Object.entries({ ...WITHOUT_KEY, 'the server names a key': NAMES_KEY }))
  calling(`a buddy whose pin is damaged is refused, if ${answer}`, 'damaged', who, none('damaged'));

const SEALED: Arrival = { kind: 'private', key: KEY, isForUser: true };
const NAMED: Arrival = { kind: 'clear', isNamed: true };
const NAMELESS: Arrival = { kind: 'clear', isNamed: false };

function called(
  title: string,
  [arrival, trust, who]: readonly [Arrival, StoredTrust, WhoAnswer],
  expected: CalledDecision,
  privacy: PrivacyMode = 'as-can',
): void {
  test(`a call ${title}`, (t) => {
    t.deepEqual(decideCalled(arrival, trust, who, privacy), expected);
  });
}

const ring = (
  manner: Extract<CalledDecision, { kind: 'ring' }>['manner'],
  whoUse: CalledDecision['whoUse'],
): CalledDecision => ({ kind: 'ring', manner, whoUse });
const refuse = (
  answer: Extract<CalledDecision, { kind: 'refuse' }>['answer'],
  report: Extract<CalledDecision, { kind: 'refuse' }>['report'],
  whoUse: CalledDecision['whoUse'] = 'now',
): CalledDecision => ({ kind: 'refuse', answer, report, whoUse });

const FROM_OTHER: Arrival = { ...SEALED, key: OTHER };
const KEYS_OR_NOT = { ...WITHOUT_KEY, 'the server names that key': NAMES_KEY };

for (const [buddy, trust] of Object.entries(KNOWN)) {
  for (const [answer, who] of Object.entries(KEYS_OR_NOT)) {
    called(`with the key of ${buddy} rings, if ${answer}`, [SEALED, trust, who], ring('private', 'now'));
    called(
      `with a key other than that of ${buddy} is denied, if ${answer}`,
      [FROM_OTHER, trust, who],
      refuse('DENIED key', 'wrong-key'),
    );
  }
  for (const [key, arrival] of Object.entries({ pinned: SEALED, new: FROM_OTHER }))
    called(
      `with the ${key} key of ${buddy} is denied, if the server names the new key`,
      [arrival, trust, NAMES_OTHER],
      refuse('DENIED key', 'changed'),
    );
}
called(
  'with an unpinned key that the server names rings, and accepting the call pins the key',
  [SEALED, undefined, NAMES_KEY],
  ring('private', 'on-accept'),
);
called(
  'with a key other than the one that the server names is denied without a report, and pins nothing',
  [SEALED, undefined, NAMES_OTHER],
  refuse('DENIED key', undefined, 'never'),
);
for (const [answer, who] of Object.entries(WITHOUT_KEY))
  called(
    `with a key that is not pinned rings as unconfirmed, if ${answer}`,
    [SEALED, undefined, who],
    ring('unconfirmed', 'never'),
  );
for (const [answer, who] of Object.entries({ ...WITHOUT_KEY, 'the server names the new key': NAMES_OTHER })) {
  called(
    `with the pinned key is denied while the key counts as changed, if ${answer}`,
    [SEALED, CHANGED, who],
    refuse('DENIED key', 'changed'),
  );
  called(
    `with the new key is denied while the key counts as changed, if ${answer}`,
    [FROM_OTHER, CHANGED, who],
    refuse('DENIED key', 'changed'),
  );
}
called(
  'with the pinned key rings once the server names that key again',
  [SEALED, CHANGED, NAMES_KEY],
  ring('private', 'now'),
);
called(
  'with a key in the name of a buddy whose pin is damaged is denied',
  [SEALED, 'damaged', NAMES_KEY],
  refuse('DENIED key', 'damaged'),
);
called(
  'for another user, or without an id, is denied as not for this user',
  [{ ...SEALED, isForUser: false }, PINNED, NAMES_KEY],
  refuse('DENIED who', undefined, 'never'),
);

for (const [buddy, trust] of Object.entries(KNOWN))
  for (const [answer, who] of Object.entries(KEYS_OR_NOT))
    called(
      `in clear in the name of ${buddy} is rejected, if ${answer}`,
      [NAMED, trust, who],
      refuse('REJECT', 'in-clear'),
    );
called(
  'in clear in the name of a pinned buddy is rejected if the server names a new key',
  [NAMED, PINNED, NAMES_OTHER],
  refuse('REJECT', 'changed'),
);
called(
  'in clear with a name is rejected if the server names a key, which is then pinned',
  [NAMED, undefined, NAMES_KEY],
  refuse('REJECT', 'in-clear'),
);
called(
  'in clear with a name is rejected if the server keeps keys but does not answer',
  [NAMED, undefined, SILENT],
  refuse('REJECT', 'server-silent'),
);
for (const [buddy, trust] of Object.entries({
  'a changed key': CHANGED,
  'a damaged pin': 'damaged' as const,
}))
  called(
    `in clear in the name of a buddy with ${buddy} is rejected`,
    [NAMED, trust, SILENT],
    refuse('REJECT', trust === 'damaged' ? 'damaged' : 'changed'),
  );
for (const [answer, who] of Object.entries(WITHOUT_KEY)) {
  called(
    `in clear without a name rings in clear, if ${answer}`,
    [NAMELESS, undefined, who],
    ring('clear', 'never'),
  );
  called(
    `in clear without a name is rejected with --private, if ${answer}`,
    [NAMELESS, undefined, who],
    refuse('REJECT', 'not-private', 'never'),
    'private',
  );
  if (who.says === 'nothing') continue;
  called(
    `in clear with a name rings in clear, if ${answer}`,
    [NAMED, undefined, who],
    ring('clear', 'never'),
  );
  called(
    `in clear with a name is rejected with --private, if ${answer}`,
    [NAMED, undefined, who],
    refuse('REJECT', 'not-private'),
    'private',
  );
}
called(
  'in clear with a name rings with --clear, if the server does not answer and no key is known',
  [NAMED, undefined, SILENT],
  ring('clear', 'never'),
  'clear',
);

test("--accept buddies accepts a keyed buddy only with the buddy's key", (t) => {
  const taken = (decision: CalledDecision) => isAcceptedAsBuddy(decision, true);
  t.true(taken(decideCalled(SEALED, PINNED, NAMES_KEY, 'as-can')));
  t.true(taken(decideCalled(SEALED, undefined, NAMES_KEY, 'as-can')));
  t.false(taken(decideCalled(SEALED, undefined, SILENT, 'as-can')));
  t.false(taken(decideCalled(NAMED, PINNED, NAMES_KEY, 'as-can')));
  t.false(taken(decideCalled(FROM_OTHER, PINNED, NAMES_KEY, 'as-can')));
  t.true(taken(decideCalled(NAMED, undefined, WITHOUT_KEY['the server knows no key'], 'as-can')));
  t.false(isAcceptedAsBuddy(decideCalled(SEALED, PINNED, NAMES_KEY, 'as-can'), false));
});

test('refused calls in the name of one buddy are reported at most once a minute', (t) => {
  t.is(DENIAL_REPORT_MS, 60_000);
  t.true(isReportDue(undefined, 0));
  t.false(isReportDue(5, 60_004));
  t.true(isReportDue(5, 60_005));
});

test('the client never guesses from an address that the caller is a buddy whose key is or was known', (t) => {
  t.true(canBeGuessed(undefined));
  for (const trust of [PINNED, VERIFIED, CHANGED, 'damaged'] as const) t.false(canBeGuessed(trust));
});

test('after any events, calls with a buddy whose key is known are never made or accepted in clear', (t) => {
  fc.assert(
    fc.property(someTrust, fc.array(someTrustEvent), someWho, somePrivacy, (stored, events, who, privacy) => {
      const { trust } = trustAfter(stored, ...events);
      if (trust === undefined) return;
      const outgoing = decideCalling(trust, who, privacy);
      t.not(outgoing.kind, 'clear');
      if (outgoing.kind === 'private' && trust !== 'damaged') t.is(outgoing.key, trust.key);
      t.is(decideCalled(NAMED, trust, who, privacy).kind, 'refuse');
    }),
  );
});

test('once the key of a buddy is known, no call is in clear until the user forgets the buddy', (t) => {
  type Act = { readonly event: TrustEvent } | { readonly who: WhoAnswer; readonly privacy: PrivacyMode };
  const act: fc.Arbitrary<Act> = fc.oneof(
    fc.record({ event: someTrustEvent }),
    fc.record({ who: someWho, privacy: somePrivacy }),
  );
  fc.assert(
    fc.property(someTrust, fc.array(act), (stored, acts) => {
      let trust = stored;
      let isKeyKnown = trust !== undefined;
      for (const each of acts) {
        if ('event' in each) {
          trust = trustAfter(trust, each.event).trust;
          const { type } = each.event;
          if (type === 'buddy.forgotten') isKeyKnown = false;
          else if (type === 'who.key' || type === 'words.matched' || type === 'key.given') isKeyKnown = true;
          continue;
        }
        if (each.who.says === 'key') isKeyKnown = true;
        const outgoing = decideCalling(trust, each.who, each.privacy);
        const incoming = decideCalled(NAMED, trust, each.who, each.privacy);
        if (isKeyKnown) t.deepEqual([outgoing.kind === 'clear', incoming.kind], [false, 'refuse']);
        trust = trustAfter(trust, trustEventOf(each.who)).trust;
      }
    }),
  );
});

test('a decision is the same before and after the trust has handled the answer of the server', (t) => {
  fc.assert(
    fc.property(someTrust, someWho, somePrivacy, someArrival, (stored, who, privacy, arrival) => {
      const { trust } = trustAfter(stored, trustEventOf(who));
      const outcome = (decision: CallingDecision) => ({ ...decision, pinsFirst: undefined });
      t.deepEqual(outcome(decideCalling(trust, who, privacy)), outcome(decideCalling(stored, who, privacy)));
      // A key that the server names becomes a pin only if the decision lets the trust handle the answer.
      const before = decideCalled(arrival, stored, who, privacy);
      if (before.whoUse === 'now') t.deepEqual(decideCalled(arrival, trust, who, privacy), before);
    }),
  );
});

test('decisions about calls, made between any events, do not change the trust', (t) => {
  const call = fc.record({ who: someWho, privacy: somePrivacy, arrival: someArrival });
  fc.assert(
    fc.property(someTrust, fc.array(fc.oneof(call, someTrustEvent)), (stored, acts) => {
      const events = acts.filter((act): act is TrustEvent => 'type' in act);
      let { trust } = trustAfter(stored);
      for (const act of acts) {
        if ('type' in act) {
          trust = trustAfter(trust, act).trust;
          continue;
        }
        Object.freeze(trust);
        decideCalling(trust, act.who, act.privacy);
        decideCalled(act.arrival, trust, act.who, act.privacy);
      }
      t.deepEqual(trust, trustAfter(stored, ...events).trust);
    }),
  );
});

test('a call pins a key only if the server confirms it, and never a key that only the caller names', (t) => {
  fc.assert(
    fc.property(someArrival, someWho, somePrivacy, (arrival, who, privacy) => {
      const { kind, whoUse } = decideCalled(arrival, undefined, who, privacy);
      if (whoUse === 'never' || who.says !== 'key') return;
      if (arrival.kind === 'clear') t.deepEqual([kind, whoUse], ['refuse', 'now']);
      else t.deepEqual([kind, whoUse, arrival.key], ['ring', 'on-accept', who.key]);
    }),
  );
});

test('once many keys are pinned, calls pin no new key, but can still change existing pins', (t) => {
  t.true(mayPin(undefined, 'now', 999));
  t.false(mayPin(undefined, 'now', 1_000));
  t.true(mayPin(undefined, 'on-accept', 9_999));
  t.false(mayPin(undefined, 'on-accept', 10_000));
  for (const trust of [PINNED, CHANGED, 'damaged'] as const) t.true(mayPin(trust, 'now', 20_000));
});
