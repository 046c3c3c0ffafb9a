import test from 'ava';
import type { DisplayText } from '../../protocol/display-text.js';
import type { IdentityKey } from '../../protocol/key.js';
import { registrationLine } from '../../terminal/registration-line.js';

test('the line says what the key of a new id means, or why the id has no key', (t) => {
  t.regex(
    registrationLine({ with: 'key', key: '' as IdentityKey, remindsOfWords: true }),
    /only the key on this machine can sign in/,
  );
  t.is(
    registrationLine({ with: 'nothing', why: 'keyless-server' }),
    'This server keeps no keys: nothing is encrypted, and any program can sign in as this id.',
  );
  const reason = 'read-only file system' as DisplayText;
  t.is(
    registrationLine({ with: 'nothing', why: 'not-stored', reason }),
    'The id was registered without a key, because the key cannot be stored: read-only file system.',
  );
});
