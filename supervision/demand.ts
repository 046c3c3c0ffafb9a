/** @throws TypeError with this message unless the condition holds. */
export function demand(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TypeError(message);
}
