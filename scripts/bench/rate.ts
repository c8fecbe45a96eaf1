/** Units a second of all, each working on one answer after the other; `work` says how many units an answer was. */
export async function rateOf<Worker>(
  workers: readonly Worker[],
  seconds: number,
  work: (worker: Worker) => Promise<number>,
): Promise<number> {
  const started = performance.now()
  const ends = started + seconds * 1000
  let units = 0
  await Promise.all(
    workers.map(async (worker) => {
      while (performance.now() < ends) {
        // Others add to it meanwhile.
        const some = await work(worker)
        units += some
      }
    }),
  )
  return units / ((performance.now() - started) / 1000)
}
