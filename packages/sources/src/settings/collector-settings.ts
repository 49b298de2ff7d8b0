import { z } from 'zod';
import { addressField, commandField, listField, mapField, textField } from './fields.ts';

const MINUTES_MAX = 60;

/** All settings of what a collector reads, and of where it sends it: the same for the service and for commands. */
export const collectorSettings = {
  INGEST_URL: z
    .url({ protocol: /^https?$/, error: 'expected a URL that starts with http:// or https://' })
    .describe('Where usage is sent, such as https://ingest.example.com'),
  CLUSTER_ID: z
    .string()
    .regex(/^[\w.-]+$/, 'expected the id of a cluster as hopsmeter lists it')
    .describe("The cluster's id, as hopsmeter lists it"),
  CLUSTER_KEY: textField("The cluster's key, hwm_live_…"),
  CLUSTER_KEY_FILE: textField('File that holds the key, read anew for each request, so that it can be changed'),
  COLLECTOR_DIRECTORY: z
    .string()
    .default('/var/lib/hopsmeter')
    .describe('Folder of what is not sent yet and of what is remembered; a volume that outlives the process'),
  SPOOL_BYTES_MAX: z.coerce
    .number()
    .int()
    .min(1_048_576)
    .default(1_073_741_824)
    .describe('Most bytes of events that wait to be sent; beyond it collecting waits'),

  OPENCOST_URL: addressField('OpenCost, such as http://opencost.opencost:9003; switches compute on'),
  OPENCOST_CLUSTER: z
    .string()
    .min(1)
    .default('default-cluster')
    .describe('What OpenCost calls the cluster: its own setting `CLUSTER_ID`'),
  OPENCOST_DELAY_MINUTES: z.coerce
    .number()
    .int()
    .min(0)
    .max(MINUTES_MAX)
    .default(10)
    .describe('Minutes after its end at which an hour of compute or egress is asked for'),
  COMPUTE_SOURCE: z
    .enum(['opencost', 'prometheus', 'both'])
    .default('opencost')
    .describe('What compute is read from; `both`: OpenCost, and the metrics say how far Prometheus differs'),
  COMPUTE_PER_MEMBER: z
    .stringbool()
    .default(false)
    .describe('Report compute for each member of a project, by the label `user` of pods'),
  GPU_MODELS: mapField('Short names of GPU models by what DCGM calls them, as a JSON object; they win over known ones'),
  GPU_SHARES: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Into how many shares each shared GPU is divided; without it usage of shared GPUs is quarantined'),
  NAMESPACES_IGNORED: listField("Namespaces that are nobody's, with commas between"),

  PROMETHEUS_URL: addressField('Prometheus, such as http://prometheus.monitoring:9090'),
  PROMETHEUS_TOKEN_FILE: textField('File that holds a bearer token for Prometheus, read anew for each question'),
  EGRESS_ENABLED: z.stringbool().default(false).describe('Report network egress, from Prometheus'),
  EGRESS_QUERY: textField('Query of the bytes that left the cluster by namespace; the documentation has the default'),

  RONDB_HOST: textField('Host of a MySQL server of RonDB; switches online storage on'),
  RONDB_PORT: z.coerce.number().int().min(1).max(65_535).default(3_306).describe('Port of the MySQL server'),
  RONDB_USER: textField('MySQL user that may read the database ndbinfo'),
  RONDB_PASSWORD: textField('Password of RONDB_USER'),
  RONDB_PASSWORD_FILE: textField('File that holds the password, read anew for each sample'),
  RONDB_TLS: z
    .stringbool()
    .default(false)
    .describe('Encrypt the connection to RonDB, and check its certificate and name'),

  HOPSFS_URL: addressField('WebHDFS, such as http://namenode:50070; switches offline storage on'),
  HOPSFS_USER: textField('Who asks WebHDFS; a user who may read all projects'),
  HOPSFS_COMMAND: commandField(
    'In place of HOPSFS_URL: JSON array of a program that prints what `hdfs dfs -du` prints',
  ),
  HOPSFS_PATH: z
    .string()
    .regex(/^\/.*[^/]$/, 'expected a path that begins with / and does not end with it')
    .default('/Projects')
    .describe('Folder that holds a folder for each project'),

  HOPSWORKS_URL: addressField('Hopsworks, such as https://hopsworks.example.com; reports projects'),
  HOPSWORKS_API_KEY: textField('API key of an administrator with the scope ADMIN'),
  HOPSWORKS_API_KEY_FILE: textField('File that holds the API key, read anew for each question'),
} as const;

export type CollectorSettings = z.output<z.ZodObject<typeof collectorSettings>>;
