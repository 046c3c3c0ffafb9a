/** Counts how often the event loop turned until something had happened. */
export async function turnsUntil<TValue>(
  happen: () => Promise<TValue>,
): Promise<{ readonly turns: number; readonly value: TValue }> {
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  try {
    const value = await happen();
    return { turns, value };
  } finally {
    isOver = true;
  }
}
