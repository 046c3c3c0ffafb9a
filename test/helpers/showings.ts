/**
 * All ways in which an object's content could get into a log, a snapshot or an error. Tests assert that no
 * secret gets there.
 */

import { inspect } from 'node:util';

/** All texts of an object: JSON, an inspection with hidden fields, a structured clone, and a string. */
export function showings(value: object): readonly string[] {
  const everything = { showHidden: true, depth: Number.POSITIVE_INFINITY, maxArrayLength: null } as const;
  return [
    JSON.stringify(value),
    inspect(value, { ...everything, maxStringLength: null }),
    inspect(value, { ...everything, getters: true, customInspect: false }),
    JSON.stringify(structuredClone(value)),
    JSON.stringify({ ...value }),
    String(value),
  ];
}
