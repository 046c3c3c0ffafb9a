/**
 * Why a command of the operator was not carried out.
 */

import type { AdminFailureCode } from './admin-protocol.js';

export class AdminError extends Error {
  override readonly name = 'AdminError';

  /** @param message One sentence for the operator, without a full stop. */
  constructor(
    readonly code: AdminFailureCode,
    message: string,
  ) {
    super(message);
  }
}
