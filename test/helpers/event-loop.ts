/** Counts the event-loop iterations until `action` has resolved. */
export async function iterationsUntil<TValue>(
  action: () => Promise<TValue>,
): Promise<{ readonly iterations: number; readonly value: TValue }> {
  let iterations = 0;
  let isOver = false;
  const count = () => {
    iterations += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  try {
    const value = await action();
    return { iterations, value };
  } finally {
    isOver = true;
  }
}
