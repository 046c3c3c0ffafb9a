/**
 * Compares the log of a directory with what was requested. The log must have each change that had an effect
 * exactly once, in the order in which its client requested the changes. The log must have nothing else.
 */

import { type Difference, type Ledger, textOf } from '../ledger.js';

/** The changes of one client. The client requests one change at a time. */
export interface Claim {
  /** The owner of the list that the client changes. */
  readonly owner: string;
  /** The changes that certainly had an effect, in their order. */
  readonly effects: readonly string[];
  /** A change that may have had an effect, after the others. */
  readonly pending?: string | undefined;
}

export function claimOf({ owner, effects, pending }: Ledger): Claim {
  return { owner, effects, pending: pending && textOf(pending) };
}

/**
 * Returns the differences.
 *
 * @param log The changes as requests, in the order of the log.
 */
export function judgeLog(log: readonly string[], claims: readonly Claim[]): Difference[] {
  const byOwner = new Map(claims.map((claim) => [claim.owner, claim]));
  const byRegistration = new Map(claims.flatMap((claim) => requestedIn(claim).map((text) => [text, claim])));
  const found = new Map(claims.map((claim) => [claim, [] as string[]]));
  const differences: Difference[] = [];
  for (const text of log) {
    const [op, id = ''] = text.split(' ');
    const claim = op === 'REG' ? byRegistration.get(text) : byOwner.get(id);
    if (claim === undefined) differences.push(stray(text));
    else found.get(claim)?.push(text);
  }
  return [...differences, ...claims.flatMap((claim) => compare(claim, found.get(claim) as string[]))];
}

function compare(claim: Claim, found: readonly string[]): Difference[] {
  const isAsRequested = (texts: readonly string[]) => texts.join('\n') === found.join('\n');
  if (isAsRequested(claim.effects) || isAsRequested(requestedIn(claim))) return [];
  const differences: Difference[] = [];
  const [logged, certain, requested] = [counts(found), counts(claim.effects), counts(requestedIn(claim))];
  for (const [text, times] of certain) {
    if ((logged.get(text) ?? 0) < times) {
      differences.push({ fault: 'loss', what: `${text} was acknowledged, and is not in the log` });
    }
  }
  for (const [text, times] of logged) {
    const allowed = requested.get(text);
    if (allowed === undefined) differences.push(stray(text));
    else if (times > allowed) {
      differences.push({ fault: 'duplicate', what: `${text} is in the log ${times} times, not ${allowed}` });
    }
  }
  if (differences.length > 0) return differences;
  return [{ fault: 'disorder', what: `the changes of ${claim.owner} are in another order in the log` }];
}

function requestedIn({ effects, pending }: Claim): readonly string[] {
  return pending === undefined ? effects : [...effects, pending];
}

function counts(texts: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return times;
}

function stray(text: string): Difference {
  return { fault: 'stray', what: `${text} is in the log, and was not requested` };
}
