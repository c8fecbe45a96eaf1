import type { Broker } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'

/** For an app that only describes itself. */
export const NO_BROKER: Broker = {
  listTopics: refuse,
  describeTopic: refuse,
  createTopic: refuse,
  alterTopic: refuse,
  deleteTopic: refuse,
  trimPartition: refuse,
  produceRecords: refuse,
  produceBatches: refuse,
  allocateProducerId: refuse,
  fetch: refuse,
  findOffset: refuse,
  partitionState: fail,
  // It has no topics, and so none with a schema.
  datumReaders: () => ({}),
  hasKeySchema: () => false,
  commitOffsets: refuse,
  committedOffsets: refuse,
  resetOffsets: refuse,
  offsetHistory: refuse,
  deleteOffsets: refuse,
  listGroups: refuse,
  describeGroup: refuse,
  deleteGroup: refuse,
  pollGroup: refuse,
  leaveGroup: refuse,
  listShareGroups: refuse,
  describeShareGroup: refuse,
  putShareGroup: refuse,
  deleteShareGroup: refuse,
  acquire: refuse,
  endWaits: refuse,
  acknowledge: refuse,
  redrive: refuse,
  schemas: {
    register: refuse,
    lookup: refuse,
    listSubjects: refuse,
    listVersions: refuse,
    getVersion: refuse,
    referencedBy: refuse,
    deleteSubject: refuse,
    deleteVersion: refuse,
    listSchemas: refuse,
    getSchema: refuse,
    versionsOf: refuse,
    maxId: refuse,
    checkCompatibility: refuse,
    getConfig: refuse,
    setConfig: refuse,
    deleteConfig: refuse,
    getMode: refuse,
    setMode: refuse,
    deleteMode: refuse,
  },
  status: fail,
  metrics: fail,
  close: async () => undefined,
}

async function refuse(): Promise<never> {
  return fail()
}

function fail(): never {
  throw new LogError('STOPPING', 'There is no broker behind this description.')
}
