/**
 * The words about the key of an id that was just registered.
 */

import type { Registration } from '../machines/client/registration.js';

/** Lines that say what a registration means. */
export function registrationLines(registration: Registration): readonly string[] {
  if (registration.with === 'key') {
    return [
      'From now on only the key on this machine signs in as this id, and programs without keys cannot.',
      'The 24 words of the key bring it to another machine: im-client key words shows them.',
    ];
  }
  return registration.why === 'keyless-server'
    ? ['This server keeps no keys: everything is in clear.']
    : [`The id was registered without a key, because the key cannot be stored: ${registration.reason}.`];
}
