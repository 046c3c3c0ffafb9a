/**
 * The line about the key of an id that was just registered.
 */

import type { Registration } from '../machines/client/registration.js';

/** A line that says what a registration means. */
export function registrationLine(registration: Registration): string {
  if (registration.with === 'key')
    return 'From now on only the key on this machine can sign in as this id. Programs without keys cannot.';
  return registration.why === 'keyless-server'
    ? 'This server keeps no keys: nothing is encrypted, and any program can sign in as this id.'
    : `The id was registered without a key, because the key cannot be stored: ${registration.reason}.`;
}
