import { randomUUID } from 'node:crypto';
import {
  createTestDatabase,
  findRollupDifferences,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/db/testing';
import { type BatchProducer, createBatchProducer, QUEUE_NAME } from '@hopsmeter/queue';
import { createLogger, createRegistry } from '@hopsmeter/runtime';
import { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { sampleBatch, sampleEvent } from './sample-events.ts';
import { createWorkerApp, type WorkerApp } from './worker-app.ts';
