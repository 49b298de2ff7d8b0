import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { generateClusterKey } from '@hopsmeter/usage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
