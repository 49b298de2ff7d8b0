export { decodeBatch, encodeBatch, UnreadableBatchError, type UnreadableReason } from './batch-codec.ts';
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
  BATCH_TEXT_BYTES_MAX,
  type Batch,
  type BatchJobData,
  type BatchRequest,
  JOB_VERSIONS,
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
export { UnsafeRedisError } from './redis-durability.ts';
export type { ConsumptionHealth } from './watchdog.ts';
