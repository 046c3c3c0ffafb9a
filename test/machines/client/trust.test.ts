import test from 'ava';
import fc from 'fast-check';
import { trustLevelOf } from '../../../machines/client/pins.js';
import { trustEventOf } from '../../../machines/client/trust.js';
import {
  CHANGED,
  KEY,
  NAMES_KEY,
  OTHER,
  PINNED,
  somePin,
  someTrust,
  someTrustEvent,
  trustAfter,
  VERIFIED,
} from '../../helpers/trust.js';

const named = (key = KEY, floor = 0) => ({ type: 'who.key', key, floor }) as const;
const typed = (key = KEY) => ({ type: 'words.matched', key }) as const;

test('the trust is restored from the stored pin', (t) => {
  for (const [stored, state] of [
    [undefined, 'unknown'],
    [PINNED, 'pinned'],
    [VERIFIED, 'verified'],
    [CHANGED, 'changed'],
    ['damaged', 'damaged'],
  ] as const)
    t.deepEqual(trustAfter(stored), { state, trust: stored, effects: [] });
});

test('a server that names no key, or does not answer, changes nothing', (t) => {
  fc.assert(
    fc.property(someTrust, fc.constantFrom('who.none' as const, 'who.failed' as const), (stored, type) => {
      t.deepEqual(trustAfter(stored, { type }), { ...trustAfter(stored), effects: [] });
    }),
  );
});

test('after a key change, the old pin is kept, and is valid again if the server names its key again', (t) => {
  t.deepEqual(trustAfter(PINNED, named(OTHER)).trust, CHANGED);
  t.like(trustAfter(PINNED, named(OTHER), { type: 'who.none' }), { state: 'changed', trust: CHANGED });
  t.like(trustAfter(PINNED, named(OTHER), named()), { state: 'pinned', trust: PINNED });
  t.like(trustAfter(VERIFIED, named(OTHER), named()), { state: 'verified', trust: VERIFIED });
});

test('the trust stays `changed`, even if the server keeps naming the new key', (t) => {
  t.like(trustAfter(PINNED, named(OTHER), named(OTHER), named(OTHER, 5)), { state: 'changed' });
});

test('after a key change, typed words verify the new key or the pinned key', (t) => {
  t.deepEqual(trustAfter(CHANGED, typed(OTHER)).trust, { key: OTHER, floor: 0, by: 'words' });
  t.deepEqual(trustAfter(CHANGED, typed()).trust, VERIFIED);
});

test('typed words change nothing if their key is neither pinned nor named by the server', (t) => {
  t.deepEqual(trustAfter(PINNED, typed(OTHER)).trust, PINNED);
  t.deepEqual(trustAfter(VERIFIED, typed(OTHER)).trust, VERIFIED);
});

test('after the user forgets a buddy, the next key that the server names is pinned', (t) => {
  t.is(trustAfter(CHANGED, { type: 'buddy.forgotten' }).trust, undefined);
  t.deepEqual(trustAfter(CHANGED, { type: 'buddy.forgotten' }, named(OTHER)).trust, {
    key: OTHER,
    floor: 0,
    by: 'server',
  });
});

test('a damaged pin is not replaced by a key that the server names', (t) => {
  t.like(trustAfter('damaged', named()), { state: 'damaged', trust: 'damaged' });
});

test('the state of the trust is a function of what is stored', (t) => {
  fc.assert(
    fc.property(someTrust, fc.array(someTrustEvent), (stored, events) => {
      const after = trustAfter(stored, ...events);
      t.is(after.state, trustLevelOf(after.trust));
      t.deepEqual(trustAfter(after.trust), { ...after, effects: [] });
    }),
  );
});

test('the stored trust changes only with an effect that stores or forgets the pin', (t) => {
  fc.assert(
    fc.property(someTrust, someTrustEvent, (stored, event) => {
      const { trust, effects } = trustAfter(stored, event);
      const isChange = JSON.stringify(stored) !== JSON.stringify(trust);
      const storing = trust === undefined ? 'forgetPin' : 'storePin';
      t.deepEqual(effects.slice(0, 1), isChange ? [storing] : []);
    }),
  );
});

test('when a key or a floor changes, the pin is stored before any other effect', (t) => {
  fc.assert(
    fc.property(someTrust, someTrustEvent, (stored, event) => {
      const { trust, effects } = trustAfter(stored, event);
      const before = typeof stored === 'object' ? stored : undefined;
      if (typeof trust !== 'object' || (trust.key === before?.key && trust.floor === before.floor)) return;
      t.is(effects[0], 'storePin');
    }),
  );
});

test('the floor of a key never falls while the key is pinned', (t) => {
  fc.assert(
    fc.property(somePin, fc.array(someTrustEvent), (stored, events) => {
      let last = stored.floor;
      for (let count = 1; count <= events.length; count++) {
        const { trust } = trustAfter(stored, ...events.slice(0, count));
        if (typeof trust !== 'object' || trust.key !== stored.key) return;
        t.true(trust.floor >= last);
        last = trust.floor;
      }
    }),
  );
});

test('only the user replaces or drops a pinned key', (t) => {
  fc.assert(
    fc.property(someTrust, someTrustEvent, (stored, event) => {
      if (typeof stored !== 'object') return;
      const { trust } = trustAfter(stored, event);
      const isKept = typeof trust === 'object' && trust.key === stored.key;
      t.true(isKept || ['words.matched', 'key.given', 'buddy.forgotten'].includes(event.type));
    }),
  );
});

test('`trustEventOf` distinguishes an answer with a key, an answer without a key, and no answer', (t) => {
  t.deepEqual(trustEventOf(NAMES_KEY), { type: 'who.key', key: KEY, floor: 0 });
  t.deepEqual(trustEventOf({ says: 'nothing' }), { type: 'who.failed' });
  for (const says of ['open', 'unregistered', 'keyless-server'] as const)
    t.deepEqual(trustEventOf({ says }), { type: 'who.none' });
});
