import { AllocatedProducer } from '@millrace/http-api/records'
import { answers, jsonAnswer, WRITING } from '../answers.ts'
import type { App, Edge } from '../edge.ts'

export function addProducerRoutes(app: App, { broker }: Edge): void {
  app.post('/v1/producers', {
    schema: {
      tags: ['produce'],
      operationId: 'allocateProducer',
      summary: 'Get a producer id, for raw batches that carry sequences',
      response: answers({ 200: jsonAnswer('Never given before.', AllocatedProducer) }, WRITING),
    },
    handler: async () => ({ producerId: await broker.allocateProducerId(), producerEpoch: 0 }),
  })
}
