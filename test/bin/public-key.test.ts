import test from 'ava';
import { publicKeyOf } from '../../bin/public-key.js';

test('the public keys of the first two tests in RFC 8032 are derived from their seeds', (t) => {
  for (const [seed, key] of [
    [
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    ],
    [
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    ],
  ] as const) {
    t.is(publicKeyOf(Buffer.from(seed, 'hex')) as string, Buffer.from(key, 'hex').toString('base64url'));
  }
});
