/**
 * The line about the key of an id that was just registered.
 */

import type { Registration } from '../machines/client/registration.js';

/** A line that says what a registration means. */
export function registrationLine(registration: Registration): string {
  if (registration.with === 'key')
    return 'From now on only the key on this machine signs in as this id, and programs without keys cannot.';
  return registration.why === 'keyless-server'
    ? 'This server keeps no keys: everything is in clear.'
    : `The id was registered without a key, because the key cannot be stored: ${registration.reason}.`;
}
