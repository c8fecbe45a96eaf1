import type { Attack } from './attack.ts'

/** In the order of docs/reliability.md. */
const ATTACKS: Readonly<Record<string, () => Promise<Attack>>> = {
  'simulated-power-cuts': async () =>
    (await import('./attacks/simulated-power-cuts.ts')).simulatedPowerCuts,
  'broker-power-cuts': async () => (await import('./attacks/broker-power-cuts.ts')).brokerPowerCuts,
  'group-churn': async () => (await import('./attacks/group-churn.ts')).groupChurn,
  'share-churn': async () => (await import('./attacks/share-churn.ts')).shareChurn,
  'failing-calls': async () => (await import('./attacks/failing-calls.ts')).failingCalls,
  'full-disk': async () => (await import('./attacks/full-disk.ts')).fullDisk,
  'kill-server': async () => (await import('./attacks/kill-server.ts')).killServer,
  'power-cuts-on-ext4': async () =>
    (await import('./attacks/power-cuts-on-ext4.ts')).powerCutsOnExt4,
  'flipped-bits': async () => (await import('./attacks/flipped-bits.ts')).flippedBits,
  'damaged-files': async () => (await import('./attacks/damaged-files.ts')).damagedFiles,
  'damaged-lmdb': async () => (await import('./attacks/damaged-lmdb.ts')).damagedLmdb,
  'fuzz-batches': async () => (await import('./attacks/fuzz-batches.ts')).fuzzBatches,
  'fuzz-indexes': async () => (await import('./attacks/fuzz-indexes.ts')).fuzzIndexes,
  'fuzz-json': async () => (await import('./attacks/fuzz-json.ts')).fuzzJson,
  'fuzz-lines': async () => (await import('./attacks/fuzz-lines.ts')).fuzzLines,
  'fuzz-avro': async () => (await import('./attacks/fuzz-avro.ts')).fuzzAvro,
  'fuzz-configuration': async () =>
    (await import('./attacks/fuzz-configuration.ts')).fuzzConfiguration,
  'hostile-http': async () => (await import('./attacks/hostile-http.ts')).hostileHttp,
  'hostile-memory': async () => (await import('./attacks/hostile-memory.ts')).hostileMemory,
  'slow-clients': async () => (await import('./attacks/slow-clients.ts')).slowClients,
}

export const ATTACK_NAMES: readonly string[] = Object.keys(ATTACKS)

export async function findAttack(name: string): Promise<Attack> {
  const load = ATTACKS[name]
  if (load === undefined) throw new TypeError(`no attack is called ${name}`)
  return load()
}
