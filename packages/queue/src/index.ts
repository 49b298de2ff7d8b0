export { decodeBatch, encodeBatch, type UnreadableReason } from './batch-codec.ts';
export {
  type BatchConsumer,
  type BatchConsumerOptions,
  createBatchConsumer,
  type DeliveryContext,
  type ProcessBatch,
  type Progress,
  type UnreadableBatch,
} from './batch-consumer.ts';
export {
  BATCH_EVENTS_MAX,
  BATCH_REQUESTS_MAX,
  type BatchJobData,
  QUEUE_NAME,
  QUEUE_PREFIX,
} from './batch-job.ts';
export { type BatchProducer, type BatchProducerOptions, createBatchProducer } from './batch-producer.ts';
export type { QueueLogger } from './logger.ts';
export { queuePrefixField } from './queue-prefix.ts';
export {
  createQueueInspector,
  type QueueInspector,
  type QueueInspectorOptions,
  type QueueStatus,
} from './queue-status.ts';

export type { ConsumptionHealth } from './watchdog.ts';
