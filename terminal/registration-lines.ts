/**
 * The words about the key of an id that was just registered.
 */

import type { Registration } from '../machines/client/registration.js';

/** Lines that say what a registration means. */
export function registrationLines(registration: Registration): readonly string[] {
  if (registration.with === 'key') {
    return [
      'The id has a key now, which is stored on this machine. From now on only this key signs in as this id;',
      'programs without keys cannot. The 24 words of the key bring it back: im-client key words.',
    ];
  }
  return registration.why === 'keyless-server'
    ? ['This server keeps no keys: everything is in clear.']
    : [`The id was registered without a key, because the key cannot be stored: ${registration.reason}.`];
}
